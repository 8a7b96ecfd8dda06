/* SPDX-License-Identifier: MIT */
/* Included before everything (-include): without it GCC reaches extern data through a GOT. */
#pragma GCC visibility push(hidden)
