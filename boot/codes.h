/* SPDX-License-Identifier: MIT */
/*
 * The one table of error codes.  The enum, the text on the console and README.md's table all come
 * from here (tools/lint/codes.py compares the README).  A code, once released, keeps its meaning.
 *
 *   X(number, NAME, text, first number, second number, what the user should do)
 *
 * E01, E02, E03, E05 and E08 come before there is a stack, hence from assembly, which has its own
 * copy of their texts.
 */
#ifndef CODES_H
#define CODES_H

#define ZSHIM_ASM_CODES(X)                                                                         \
	X(1, STUB, "stub damaged", "XXH32 found", "XXH32 expected",                                \
	  "The image was damaged in flash, RAM or transfer: load it again.")                       \
	X(2, EARLY, "early exception", "pc", "mode << 24 | fault status",                          \
	  "Report it with both numbers; check that the image lies in working RAM.")                \
	X(3, MODE, "entered in a wrong CPU mode", "CPSR", "image address",                         \
	  "Enter in HYP mode or any PL1 mode but Monitor.")                                        \
	X(5, NOT_FLAT, "addresses are not physical", "address", "PAR",                             \
	  "The loader's map moves the image: enter with the MMU off or a flat map.")               \
	X(8, NO_STACK, "no RAM for a stack", "image address", "last address tried",                \
	  "The image is in ROM on a board that it does not know: add the board's RAM base.")

#define ZSHIM_C_CODES(X)                                                                           \
	X(4, MULTIBOOT, "multiboot is not built yet", "r0 (magic)", "r1 (info)",                   \
	  "Start the image as a zImage or as a raw image.")                                        \
	X(6, DESC, "descriptor refused", "status", "offset in the image",                          \
	  "The image is for a newer shim, or its packer was wrong: pack it again.")                \
	X(7, CODEC, "no decoder for this codec", "codec id", "part",                               \
	  "Pack with a stub that has the codec.")                                                  \
	X(10, NO_DTB, "no device tree", "r2", "RAM base tried",                                    \
	  "Pass a DTB in r2 or pack one with --dtb.")                                              \
	X(11, DTB_BROKEN, "device tree broken", "address", "status",                               \
	  "Check the DTB with dtc; it may have been overwritten or cut off.")                      \
	X(12, NO_RAM, "no RAM in device tree", "address of the tree", "r2",                        \
	  "Give the DTB a /memory node, or pass one that has it.")                                 \
	X(13, RAM_MAP, "too many RAM ranges", "ranges at most", "ranges found",                    \
	  "Merge /memory or /reserved-memory entries.")                                            \
	X(14, BOOTARGS, "command line too long", "characters", "at most",                          \
	  "Shorten --cmdline or the loader's bootargs.")                                           \
	X(15, INITRD, "initrd is not in RAM", "start", "end",                                      \
	  "linux,initrd-start and -end do not lie in RAM: check the loader's settings.")           \
	X(16, NO_MATCH, "no device tree for this board", "machine number", "where RAM is",         \
	  "Pack the board's DTB as well, or have the loader pass it.")                             \
	X(17, ATAGS, "ATAGs broken", "address", "status",                                          \
	  "They are all that could say where RAM is: give the DTB a /memory node.")                \
	X(19, CPUS, "CPUs stay in the image", "CPUs", "address of their pen",                      \
	  "Other CPUs were seen to enter the image and do not go on: start only the first.")       \
	X(20, ROOM_KERNEL, "no room for kernel", "bytes needed", "bytes missing",                  \
	  "Free RAM or reservations at the kernel's place; see the RAM lines above.")              \
	X(21, ROOM_SHIM, "no room for shim", "bytes needed", "bytes missing",                      \
	  "The machine has too little RAM left beside kernel, image and initrd.")                  \
	X(22, ROOM_DTB, "no room for device tree", "bytes needed", "bytes missing",                \
	  "The machine has too little low RAM left.")                                              \
	X(23, ROOM_INITRD, "no room for initrd", "bytes needed", "bytes missing",                  \
	  "Use a smaller initrd, or load it clear of the kernel's place.")                         \
	X(24, ROOM_PART, "no room for packed kernel", "bytes needed", "bytes missing",             \
	  "Load the image higher, clear of the kernel's place.")                                   \
	X(30, PART, "part damaged", "part", "XXH32 found",                                         \
	  "The image was damaged in flash, RAM or transfer: load it again.")                       \
	X(31, STREAM, "packed kernel corrupt", "status", "offset in the part",                     \
	  "Pack it again; report it if that does not help.")                                       \
	X(32, LONG, "kernel too long", "bytes so far", "bytes expected",                           \
	  "Pack it again; report it if that does not help.")                                       \
	X(33, SHORT, "kernel too short", "bytes found", "bytes expected",                          \
	  "Pack it again; report it if that does not help.")                                       \
	X(34, TRAILING, "bytes after packed kernel", "bytes used", "bytes stored",                 \
	  "Pack it again; report it if that does not help.")                                       \
	X(40, FDT_EDIT, "device tree edit failed", "status", "bytes of room",                      \
	  "Report it together with the DTB.")                                                      \
	X(50, UNDEFINED, "undefined instruction", "pc", "CPSR before", "Report it with the log.")  \
	X(51, PREFETCH, "prefetch abort", "pc", "fault status (IFSR)", "Report it with the log.")  \
	X(52, DATA, "data abort", "fault address", "pc",                                           \
	  "Report it with the log; the RAM map may name RAM that is not there.")                   \
	X(53, UNEXPECTED, "unexpected exception", "pc", "vector offset",                           \
	  "Report it with the log.")                                                               \
	X(54, HYP_TRAP, "trap to HYP", "pc", "HSR", "Report it with the log.")

/* Of flavour loader only. */
#define ZSHIM_LOADER_CODES(X)                                                                      \
	X(25, NO_KERNEL, "no kernel in fw_cfg", "address of fw_cfg", "r2",                         \
	  "Start QEMU with -kernel, or -fw_cfg name=opt/zshim/kernel,file=K; 0: no fw_cfg found.") \
	X(26, KERNEL_FORMAT, "unknown kernel format", "its first word", "bytes",                   \
	  "Pass a zImage or an ELF file, or pack the kernel by zshim pack.")                       \
	X(27, FW_CFG, "fw_cfg failed", "DMA control word", "bytes wanted",                         \
	  "Report it with the version of QEMU.")                                                   \
	X(28, KERNEL_HEAD, "kernel file broken", "status", "offset in the file",                   \
	  "The file is cut off or damaged: check it with readelf, or fetch it again.")             \
	X(29, MACHINE, "kernel is no 32-bit little-endian ARM", "machine",                         \
	  "class | byte order << 8",                                                               \
	  "Pass a kernel for this CPU (ELF machine 40, class 1, byte order 1).")

#define ZSHIM_CODES(X) ZSHIM_ASM_CODES(X) ZSHIM_C_CODES(X) ZSHIM_LOADER_CODES(X)

#ifndef __ASSEMBLER__
#define ZSHIM_CODE_ENUM(number, name, text, a, b, advice) E_##name = (number),
enum code { ZSHIM_CODES(ZSHIM_CODE_ENUM) };
#endif

#endif /* CODES_H */
