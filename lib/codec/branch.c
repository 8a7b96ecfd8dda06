// SPDX-License-Identifier: MIT
#include "codec/branch.h"

void branch_arm_undo(uint8_t *data, size_t size, uint32_t start)
{
	for (size_t at = 0; size - at >= 4; at += 4) {
		uint8_t *p = data + at;
		uint32_t target;

		if (p[3] != 0xeb)
			continue;
		target = p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16;
		target -= (start + (uint32_t)at + 8) >> 2;
		p[0] = (uint8_t)target;
		p[1] = (uint8_t)(target >> 8);
		p[2] = (uint8_t)(target >> 16);
	}
}

void branch_thumb_undo(uint8_t *data, size_t size, uint32_t start)
{
	for (size_t at = 0; size - at >= 4; at += 2) {
		uint8_t *p = data + at;
		uint32_t target;

		if ((p[1] & 0xf8) != 0xf0 || (p[3] & 0xf8) != 0xf8)
			continue;
		target = (p[1] & 7u) << 19 | (uint32_t)p[0] << 11 | (p[3] & 7u) << 8 | p[2];
		target -= (start + (uint32_t)at + 4) >> 1;
		p[0] = (uint8_t)(target >> 11);
		p[1] = (uint8_t)(0xf0 | (target >> 19 & 7));
		p[2] = (uint8_t)target;
		p[3] = (uint8_t)(0xf8 | (target >> 8 & 7));
		at += 2; /* the pair is one instruction */
	}
}
