# SPDX-License-Identifier: MIT
"""Device trees: made and changed with dtc, fdtput and fdtget, compared as dtc prints them."""
import os
import subprocess

FDT_MAGIC = bytes.fromhex("d00dfeed")


def tool(*command, data=None):
    done = subprocess.run(command, input=data, capture_output=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)}: {done.stderr.decode()}")
    return done.stdout


def compile_dts(source):
    return tool("dtc", "-q", "-I", "dts", "-O", "dtb", "-", data=source.encode())


def decompile(dtb):
    return tool("dtc", "-q", "-I", "dtb", "-O", "dts", "-", data=dtb).decode()


def read(path):
    with open(path, "rb") as file:
        return file.read()


def extend(dtb, source="", reserve=()):
    """The tree with more source behind it ("/ { ... };", nodes of the same name are merged) and
    more /memreserve/ entries, (address, size) pairs."""
    head, rest = decompile(dtb).split("\n", 1)
    lines = "".join(f"/memreserve/ {at:#x} {size:#x};\n" for at, size in reserve)
    return compile_dts(f"{head}\n{lines}{rest}\n{source}\n")


def virt(folder, memory=128, machine="virt"):
    """The tree that QEMU makes for virt, cut to what is used of it, without its random seeds."""
    path = os.path.join(folder, f"virt-{memory}.dtb")
    tool("qemu-system-arm", "-M", f"{machine},dtb-randomness=off,dumpdtb={path}", "-cpu",
         "cortex-a15", "-m", str(memory), "-nic", "none", "-display", "none")
    return compile_dts(decompile(read(path)))


def small(memory, extra="", address_cells=1, size_cells=1, chosen=None):
    """A tree of virt with nothing but a console and these memory banks: (address, size) pairs, or a
    list of such lists for several nodes."""
    def cells(value, count):
        return " ".join(f"{value >> 32 * n & 0xffffffff:#x}" for n in reversed(range(count)))

    nodes = memory if memory and isinstance(memory[0], list) else [memory] if memory else []
    banks = "".join(
        'memory@%x { device_type = "memory"; reg = <%s>; };\n' % (
            node[0][0], " ".join(cells(at, address_cells) + " " + cells(size, size_cells)
                                 for at, size in node))
        for node in nodes)
    if chosen is None:
        chosen = 'stdout-path = "/pl011@9000000";'
    return compile_dts(f"""/dts-v1/;
/ {{
    compatible = "linux,dummy-virt";
    model = "small";
    #address-cells = <{address_cells}>;
    #size-cells = <{size_cells}>;
    chosen {{ {chosen} }};
    pl011@9000000 {{
        compatible = "arm,pl011", "arm,primecell";
        reg = <{cells(0x9000000, address_cells)} {cells(0x1000, size_cells)}>;
    }};
    {banks}
}};
{extra}
""")


def memory_reg(board, megabytes):
    """What fdtput gets to give a vexpress this much memory."""
    base, wide = {"vexpress-a9": (0x60000000, False), "vexpress-a15": (0x80000000, True)}[board]
    cells = [base, megabytes << 20]
    if wide:
        cells = [0, cells[0], 0, cells[1]]
    return [f"/memory@{base:x}", "reg"] + [f"{cell:x}" for cell in cells]


def properties(dtb):
    """{"/path/name": value as dtc prints it}, {"/path": ""} for nodes, {"memreserve": entries}."""
    found, path, reserve = {}, [], []
    for line in decompile(dtb).splitlines():
        line = line.strip()
        if line.startswith("/memreserve/"):
            reserve.append(line)
        elif line.endswith("{"):
            path.append(line[:-1].strip().rstrip("/"))
            found["/".join(path) or "/"] = ""
        elif line == "};":
            path.pop()
        elif path and line:
            name, _, value = line.rstrip(";").partition(" = ")
            found["/".join(path) + "/" + name] = value
    found["memreserve"] = " ".join(reserve)
    return found


def differences(before, after):
    """Names of the properties and nodes that are not the same in both."""
    a, b = properties(before), properties(after)
    return sorted(name for name in a.keys() | b.keys() if a.get(name) != b.get(name))


def get(dtb_path, node, name):
    return tool("fdtget", dtb_path, node, name).decode().rstrip("\n")


def number(dtb, node, name):
    """A one-cell property.  (dtc prints one as text if it happens to look like it.)"""
    return int(tool("fdtget", "-t", "x", "-", node, name, data=dtb).decode(), 16)
