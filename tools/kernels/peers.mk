# SPDX-License-Identifier: MIT
# Linux's own makefiles, and one target more: only the decompressor, around whatever the object tree
# has at arch/arm/boot/Image.  (Their zImage wants vmlinux first, from which it would make Image.)
# build-peers.sh runs it inside the object tree, with what their makefile sets for its second pass.

include $(abs_srctree)/Makefile

peer: scripts_basic
	$(Q)$(MAKE) $(build)=arch/arm/boot/compressed arch/arm/boot/compressed/vmlinux
	$(Q)$(OBJCOPY) -O binary -R .comment -S arch/arm/boot/compressed/vmlinux $(PEER)
