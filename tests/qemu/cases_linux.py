# SPDX-License-Identifier: MIT
"""Real kernels into user space: the initramfs prints what Linux was told, and powers off."""
import trees
from boards import MACHINES
from harness import Failed, case

VIRT_MODEL = "linux,dummy-virt"


def model(work, machine):
    return VIRT_MODEL if machine.has_dtb else trees.get(work.linux_dtb(machine), "/", "model")


def kernel_path(work, kernel):
    return work.kernels(*{"tiny": ("tiny", "vmlinux"), "debian": ("debian", "vmlinuz")}[kernel])


def initramfs_hash(work):
    with open(work.kernels("initramfs.hash"), encoding="ascii") as file:
        return file.read().strip()


def check(work, machine, boot, cmdline, **facts):
    boot.linux(initramfs_hash(work), cmdline=cmdline, model=model(work, machine), **facts)
    mode = boot.facts().get("hyp", "")
    if not mode.endswith(f"started in {machine.mode.upper()} mode."):
        raise Failed(f"Linux says: {mode}")


def loader_case(name, kernel, codec="gzip", memory=256, filtered="auto"):
    """DTB, command line and initrd come from QEMU."""
    label = "" if filtered == "auto" else f".filter-{filtered}"

    @case(f"linux.{kernel}.{name}.{codec}.{memory}{label}", "linux")
    def _(work):
        machine = MACHINES[name]
        words = f"{machine.console} from=loader"
        image = work.pack(kernel_path(work, kernel), "-c", codec, "--filter", filtered)
        dtb = [] if machine.has_dtb else ["-dtb", work.linux_dtb(machine)]
        boot = work.boot_linux(machine, "-kernel", image, *dtb, "-initrd", work.initramfs,
                               "-append", words, memory=memory)
        boot.has(", from r2\n", ", from the loader\n", f"{len(words)} from the loader\n")
        # Two large kernels of ARM code: auto takes the filter wherever something is compressed.
        use = filtered == "arm" or (filtered == "auto" and codec != "none")
        if (", ARM filter undone\n" in boot.text) != use:
            raise Failed(f"the filter is {'not ' if use else ''}used")
        check(work, machine, boot, words)


def embedded_case(name, kernel, form="zimage"):
    """They are all in the image; the Debian DTBs of vexpress say 1 GiB."""
    @case(f"linux.{kernel}.{name}.embedded.{form}", "linux")
    def _(work):
        machine = MACHINES[name]
        words = f"{machine.console} from=image"
        options = ["--initrd", work.initramfs, "--cmdline", words, "-f", form]
        if form == "elf":
            options += ["--load", f"{machine.load:#x}"]
        if not machine.has_dtb:
            options += ["--dtb", work.linux_dtb(machine)]
        image = work.pack(kernel_path(work, kernel), *options)
        boot = work.boot_linux(machine, "-kernel", image, memory=1024)
        boot.has(", from the image\n", f"{len(words)} characters from the image, 0 from the loader",
                 "by stdout-path\n" if machine.has_dtb else "by console=\n")
        check(work, machine, boot, words)


def policy_case(policy, result):
    @case(f"linux.cmdline.{policy}", "linux")
    def _(work):
        machine = MACHINES["virt-a15"]
        image = work.pack(kernel_path(work, "tiny"), "--cmdline", "from=image", "--cmdline-policy",
                          policy, "--initrd", work.initramfs)
        boot = work.boot_linux(machine, "-kernel", image, "-append", "from=loader")
        check(work, machine, boot, result)


for kernel_name in ("debian", "tiny"):
    for machine_name in ("vexpress-a9", "vexpress-a15"):
        embedded_case(machine_name, kernel_name)
    loader_case("virt-a15", kernel_name, "none")
    loader_case("virt-a15", kernel_name, "lz4")
    loader_case("virt-a15", kernel_name, "zstd")
    loader_case("virt-a15", kernel_name, "xz")
    loader_case("virt-hyp", kernel_name)
    embedded_case("virt-a15", kernel_name, "elf")
    for codec_name in ("none", "lz4", "gzip", "zstd", "xz"):
        loader_case("virt-a15", kernel_name, codec_name,
                    filtered="arm" if codec_name == "none" else "none")
loader_case("virt-a15", "debian", memory=128)
loader_case("virt-a15", "tiny", memory=1024)
loader_case("vexpress-a9", "debian", memory=512)
loader_case("vexpress-a15", "debian", memory=512)
loader_case("virt-a7", "tiny")

policy_case("replace", "from=image")
policy_case("append", "from=loader from=image")
policy_case("prepend", "from=image from=loader")
