// SPDX-License-Identifier: Apache-2.0
int mw_placeholder;
