/* SPDX-License-Identifier: MIT */
/* Which instructions mean something to the strict machine; no more of ARM and Thumb is decoded. */
#ifndef DECODE_H
#define DECODE_H

#include <stdbool.h>
#include <stdint.h>

enum kind {
	KIND_UNKNOWN, /* not decoded yet */
	KIND_PLAIN,
	KIND_CALL,	/* BL or BLX with an immediate */
	KIND_MULTIPLE,	/* LDM, STM, PUSH, POP, LDRD, STRD: always word aligned */
	KIND_EXCLUSIVE, /* LDREX, STREX, SWP and their like */
	/* From here on the machine does something as they are executed. */
	KIND_CP15_WRITE,
	KIND_DMB,
	KIND_DSB,
	KIND_ISB, /* also ERET, which synchronises as one */
	KIND_REST /* WFI, WFE */
};

/* Bit above the kinds, for the machine: a C function begins here. */
#define KIND_ENTRY 0x80u

/* The instruction at bytes, which has 4 or 2 of them: see insn_size(). */
enum kind decode(const uint8_t *bytes, bool thumb);
unsigned insn_size(const uint8_t *bytes, bool thumb);
/* As one word, the first halfword above the second in Thumb: fields of MCR are where ARM has them.
 */
uint32_t insn_word(const uint8_t *bytes, bool thumb);
/* Whether the condition of an ARM instruction holds under these flags. */
bool arm_condition(uint32_t insn, uint32_t cpsr);
/* Where BL or BLX at this offset goes. */
uint32_t call_target(const uint8_t *bytes, bool thumb, uint32_t at);

/* MCR's register, as one number. */
#define CP15(opc1, crn, crm, opc2) ((opc1) << 12 | (crn) << 8 | (crm) << 4 | (opc2))
static inline uint32_t cp15_register(uint32_t insn)
{
	return CP15((insn >> 21) & 7, (insn >> 16) & 15, insn & 15, (insn >> 5) & 7);
}

#define CP15_SCTLR	CP15(0u, 1u, 0u, 0u)
#define CP15_TTBR0	CP15(0u, 2u, 0u, 0u)
#define CP15_TTBR1	CP15(0u, 2u, 0u, 1u)
#define CP15_TTBCR	CP15(0u, 2u, 0u, 2u)
#define CP15_DACR	CP15(0u, 3u, 0u, 0u)
#define CP15_ICIALLU	CP15(0u, 7u, 5u, 0u)
#define CP15_DCIMVAC	CP15(0u, 7u, 6u, 1u)
#define CP15_DCCMVAC	CP15(0u, 7u, 10u, 1u)
#define CP15_DCCMVAU	CP15(0u, 7u, 11u, 1u)
#define CP15_DCCIMVAC	CP15(0u, 7u, 14u, 1u)
#define CP15_DCISW	CP15(0u, 7u, 6u, 2u)
#define CP15_DCCSW	CP15(0u, 7u, 10u, 2u)
#define CP15_DCCISW	CP15(0u, 7u, 14u, 2u)
#define CP15_TLBIALL	CP15(0u, 8u, 7u, 0u)
#define CP15_VBAR	CP15(0u, 12u, 0u, 0u)
#define CP15_CONTEXTIDR CP15(0u, 13u, 0u, 1u)

#define SCTLR_M	  (1u << 0)
#define SCTLR_A	  (1u << 1)
#define SCTLR_C	  (1u << 2)
#define SCTLR_Z	  (1u << 11)
#define SCTLR_I	  (1u << 12)
#define SCTLR_TRE (1u << 28)

#endif /* DECODE_H */
