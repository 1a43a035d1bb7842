// SPDX-License-Identifier: Apache-2.0
//
// Kernels in C. Each has a scalar form, which is the definition, and vector forms; the caller names the form, so
// that tests can hold one against the other.
#pragma once
#include "f32.h"
#include "q8.h"
#include "sha256.h"
