// SPDX-License-Identifier: Apache-2.0
//
// SHA-256 (FIPS 180-4) of whole blocks, with the processor's own instructions where it has them.
#pragma once
#include <stddef.h>
#include <stdint.h>

// Mixes `blocks` times 64 bytes into the eight words of `state`.
void mw_sha256(uint32_t *state, const uint8_t *data, size_t blocks);

// The same in plain C: the definition, and what a processor without the instructions runs.
void mw_sha256_scalar(uint32_t *state, const uint8_t *data, size_t blocks);
