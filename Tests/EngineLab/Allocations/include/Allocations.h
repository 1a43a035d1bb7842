// SPDX-License-Identifier: Apache-2.0
#pragma once

/// How many times this process has asked for memory since it began, all threads together.
unsigned long lab_allocations(void);
