// SPDX-License-Identifier: MIT
/* lib/fdt on one small tree, on host and target: every reader, every refusal, every edit. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <string.h>

#include "fdt/fdt.h"

/*
 * dtc -I dts -O dtb (version 17) of:
 *
 * /dts-v1/;
 * /memreserve/ 0x80000000 0x1000;
 * /memreserve/ 0x123456789 0x200000000;
 * / {
 * 	#address-cells = <2>;
 * 	#size-cells = <2>;
 * 	compatible = "acme,board", "acme,family";
 * 	aliases {
 * 		serial0 = "/bus@4/mb/fpga/uart@9000";
 * 		loop = "loop";
 * 	};
 * 	chosen {
 * 		bootargs = "quiet";
 * 	};
 * 	memory@80000000 {
 * 		reg = <0 0x80000000 0 0x10000000>, <8 0 1 0x1000>;
 * 	};
 * 	bus@4 {
 * 		#address-cells = <2>;
 * 		#size-cells = <1>;
 * 		ranges = <0 0 0 0x40000000 0x4000000>, <7 0 0 0x10000000 0x20000>;
 * 		mb {
 * 			#address-cells = <2>;
 * 			#size-cells = <1>;
 * 			ranges;
 * 			fpga {
 * 				#address-cells = <1>;
 * 				ranges = <0 7 0 0x40000>;
 * 				uart@9000 {
 * 					reg = <0x9000 0x1000>;
 * 					status = "ok";
 * 				};
 * 				timer@20000 {
 * 					reg = <0x20000 4>;
 * 					status = "disabled";
 * 				};
 * 				far@40000 {
 * 					reg = <0x40000 4>;
 * 				};
 * 			};
 * 		};
 * 	};
 * 	i2c {
 * 		#address-cells = <1>;
 * 		#size-cells = <0>;
 * 		rtc@50 {
 * 			reg = <0x50>;
 * 			status = "okay";
 * 		};
 * 	};
 * 	pci {
 * 		#address-cells = <3>;
 * 		#size-cells = <2>;
 * 		ranges = <0x1000000 0 0 0 0x3eff0000 0 0x10000>,
 * 			 <0x2000000 0 0x10000000 0 0x10000000 0 0x2eff0000>;
 * 		dev {
 * 			reg = <0x2000000 0 0x10001000 0 0x100>, <0x3000000 0 0x10001000 0 0x100>,
 * 			      <0x1000000 0 4 0 4>;
 * 		};
 * 	};
 * 	odd {
 * 		#address-cells = <4>;
 * 		dev {
 * 			reg = <0 0 0 1 1>;
 * 		};
 * 	};
 * };
 */
/* clang-format off */
static const uint8_t tree[] __attribute__((aligned(8))) = {
	0xd0, 0x0d, 0xfe, 0xed, 0x00, 0x00, 0x04, 0x92, 0x00, 0x00, 0x00, 0x58, 0x00, 0x00, 0x04, 0x44,
	0x00, 0x00, 0x00, 0x28, 0x00, 0x00, 0x00, 0x11, 0x00, 0x00, 0x00, 0x10, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x4e, 0x00, 0x00, 0x03, 0xec, 0x00, 0x00, 0x00, 0x00, 0x80, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x10, 0x00, 0x00, 0x00, 0x00, 0x01, 0x23, 0x45, 0x67, 0x89,
	0x00, 0x00, 0x00, 0x02, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x03, 0x00, 0x00, 0x00, 0x04, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02,
	0x00, 0x00, 0x00, 0x03, 0x00, 0x00, 0x00, 0x04, 0x00, 0x00, 0x00, 0x0f, 0x00, 0x00, 0x00, 0x02,
	0x00, 0x00, 0x00, 0x03, 0x00, 0x00, 0x00, 0x17, 0x00, 0x00, 0x00, 0x1b, 0x61, 0x63, 0x6d, 0x65,
	0x2c, 0x62, 0x6f, 0x61, 0x72, 0x64, 0x00, 0x61, 0x63, 0x6d, 0x65, 0x2c, 0x66, 0x61, 0x6d, 0x69,
	0x6c, 0x79, 0x00, 0x00, 0x00, 0x00, 0x00, 0x01, 0x61, 0x6c, 0x69, 0x61, 0x73, 0x65, 0x73, 0x00,
	0x00, 0x00, 0x00, 0x03, 0x00, 0x00, 0x00, 0x19, 0x00, 0x00, 0x00, 0x26, 0x2f, 0x62, 0x75, 0x73,
	0x40, 0x34, 0x2f, 0x6d, 0x62, 0x2f, 0x66, 0x70, 0x67, 0x61, 0x2f, 0x75, 0x61, 0x72, 0x74, 0x40,
	0x39, 0x30, 0x30, 0x30, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x03, 0x00, 0x00, 0x00, 0x05,
	0x00, 0x00, 0x00, 0x2e, 0x6c, 0x6f, 0x6f, 0x70, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02,
	0x00, 0x00, 0x00, 0x01, 0x63, 0x68, 0x6f, 0x73, 0x65, 0x6e, 0x00, 0x00, 0x00, 0x00, 0x00, 0x03,
	0x00, 0x00, 0x00, 0x06, 0x00, 0x00, 0x00, 0x33, 0x71, 0x75, 0x69, 0x65, 0x74, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x02, 0x00, 0x00, 0x00, 0x01, 0x6d, 0x65, 0x6d, 0x6f, 0x72, 0x79, 0x40, 0x38,
	0x30, 0x30, 0x30, 0x30, 0x30, 0x30, 0x30, 0x00, 0x00, 0x00, 0x00, 0x03, 0x00, 0x00, 0x00, 0x20,
	0x00, 0x00, 0x00, 0x3c, 0x00, 0x00, 0x00, 0x00, 0x80, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x10, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x01,
	0x00, 0x00, 0x10, 0x00, 0x00, 0x00, 0x00, 0x02, 0x00, 0x00, 0x00, 0x01, 0x62, 0x75, 0x73, 0x40,
	0x34, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x03, 0x00, 0x00, 0x00, 0x04, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x02, 0x00, 0x00, 0x00, 0x03, 0x00, 0x00, 0x00, 0x04, 0x00, 0x00, 0x00, 0x0f,
	0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x03, 0x00, 0x00, 0x00, 0x28, 0x00, 0x00, 0x00, 0x40,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x40, 0x00, 0x00, 0x00,
	0x04, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x07, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x10, 0x00, 0x00, 0x00, 0x00, 0x02, 0x00, 0x00, 0x00, 0x00, 0x00, 0x01, 0x6d, 0x62, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x03, 0x00, 0x00, 0x00, 0x04, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02,
	0x00, 0x00, 0x00, 0x03, 0x00, 0x00, 0x00, 0x04, 0x00, 0x00, 0x00, 0x0f, 0x00, 0x00, 0x00, 0x01,
	0x00, 0x00, 0x00, 0x03, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x40, 0x00, 0x00, 0x00, 0x01,
	0x66, 0x70, 0x67, 0x61, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x03, 0x00, 0x00, 0x00, 0x04,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x03, 0x00, 0x00, 0x00, 0x10,
	0x00, 0x00, 0x00, 0x40, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x07, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x04, 0x00, 0x00, 0x00, 0x00, 0x00, 0x01, 0x75, 0x61, 0x72, 0x74, 0x40, 0x39, 0x30, 0x30,
	0x30, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x03, 0x00, 0x00, 0x00, 0x08, 0x00, 0x00, 0x00, 0x3c,
	0x00, 0x00, 0x90, 0x00, 0x00, 0x00, 0x10, 0x00, 0x00, 0x00, 0x00, 0x03, 0x00, 0x00, 0x00, 0x03,
	0x00, 0x00, 0x00, 0x47, 0x6f, 0x6b, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x00, 0x00, 0x00, 0x01,
	0x74, 0x69, 0x6d, 0x65, 0x72, 0x40, 0x32, 0x30, 0x30, 0x30, 0x30, 0x00, 0x00, 0x00, 0x00, 0x03,
	0x00, 0x00, 0x00, 0x08, 0x00, 0x00, 0x00, 0x3c, 0x00, 0x02, 0x00, 0x00, 0x00, 0x00, 0x00, 0x04,
	0x00, 0x00, 0x00, 0x03, 0x00, 0x00, 0x00, 0x09, 0x00, 0x00, 0x00, 0x47, 0x64, 0x69, 0x73, 0x61,
	0x62, 0x6c, 0x65, 0x64, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x00, 0x00, 0x00, 0x01,
	0x66, 0x61, 0x72, 0x40, 0x34, 0x30, 0x30, 0x30, 0x30, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x03,
	0x00, 0x00, 0x00, 0x08, 0x00, 0x00, 0x00, 0x3c, 0x00, 0x04, 0x00, 0x00, 0x00, 0x00, 0x00, 0x04,
	0x00, 0x00, 0x00, 0x02, 0x00, 0x00, 0x00, 0x02, 0x00, 0x00, 0x00, 0x02, 0x00, 0x00, 0x00, 0x02,
	0x00, 0x00, 0x00, 0x01, 0x69, 0x32, 0x63, 0x00, 0x00, 0x00, 0x00, 0x03, 0x00, 0x00, 0x00, 0x04,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x03, 0x00, 0x00, 0x00, 0x04,
	0x00, 0x00, 0x00, 0x0f, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x01, 0x72, 0x74, 0x63, 0x40,
	0x35, 0x30, 0x00, 0x00, 0x00, 0x00, 0x00, 0x03, 0x00, 0x00, 0x00, 0x04, 0x00, 0x00, 0x00, 0x3c,
	0x00, 0x00, 0x00, 0x50, 0x00, 0x00, 0x00, 0x03, 0x00, 0x00, 0x00, 0x05, 0x00, 0x00, 0x00, 0x47,
	0x6f, 0x6b, 0x61, 0x79, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x00, 0x00, 0x00, 0x02,
	0x00, 0x00, 0x00, 0x01, 0x70, 0x63, 0x69, 0x00, 0x00, 0x00, 0x00, 0x03, 0x00, 0x00, 0x00, 0x04,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x03, 0x00, 0x00, 0x00, 0x03, 0x00, 0x00, 0x00, 0x04,
	0x00, 0x00, 0x00, 0x0f, 0x00, 0x00, 0x00, 0x02, 0x00, 0x00, 0x00, 0x03, 0x00, 0x00, 0x00, 0x38,
	0x00, 0x00, 0x00, 0x40, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x00, 0x3e, 0xff, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00,
	0x02, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x10, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x10, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x2e, 0xff, 0x00, 0x00, 0x00, 0x00, 0x00, 0x01,
	0x64, 0x65, 0x76, 0x00, 0x00, 0x00, 0x00, 0x03, 0x00, 0x00, 0x00, 0x3c, 0x00, 0x00, 0x00, 0x3c,
	0x02, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x10, 0x00, 0x10, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x01, 0x00, 0x03, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x10, 0x00, 0x10, 0x00,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x01, 0x00, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x04, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x04, 0x00, 0x00, 0x00, 0x02,
	0x00, 0x00, 0x00, 0x02, 0x00, 0x00, 0x00, 0x01, 0x6f, 0x64, 0x64, 0x00, 0x00, 0x00, 0x00, 0x03,
	0x00, 0x00, 0x00, 0x04, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x04, 0x00, 0x00, 0x00, 0x01,
	0x64, 0x65, 0x76, 0x00, 0x00, 0x00, 0x00, 0x03, 0x00, 0x00, 0x00, 0x14, 0x00, 0x00, 0x00, 0x3c,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x01,
	0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x02, 0x00, 0x00, 0x00, 0x02, 0x00, 0x00, 0x00, 0x02,
	0x00, 0x00, 0x00, 0x09, 0x23, 0x61, 0x64, 0x64, 0x72, 0x65, 0x73, 0x73, 0x2d, 0x63, 0x65, 0x6c,
	0x6c, 0x73, 0x00, 0x23, 0x73, 0x69, 0x7a, 0x65, 0x2d, 0x63, 0x65, 0x6c, 0x6c, 0x73, 0x00, 0x63,
	0x6f, 0x6d, 0x70, 0x61, 0x74, 0x69, 0x62, 0x6c, 0x65, 0x00, 0x73, 0x65, 0x72, 0x69, 0x61, 0x6c,
	0x30, 0x00, 0x6c, 0x6f, 0x6f, 0x70, 0x00, 0x62, 0x6f, 0x6f, 0x74, 0x61, 0x72, 0x67, 0x73, 0x00,
	0x72, 0x65, 0x67, 0x00, 0x72, 0x61, 0x6e, 0x67, 0x65, 0x73, 0x00, 0x73, 0x74, 0x61, 0x74, 0x75,
	0x73, 0x00,
};
/* clang-format on */

#define TOTAL	  (sizeof(tree))
#define OFF_RSV	  40u
#define OFF_ROOT  88u
#define LEN_TOKEN 1004u
#define OFF_NAMES 1092u

static uint8_t work[2048] __attribute__((aligned(8)));
static struct fdt fdt;
static struct fdt_edit edit;

static void fresh(void)
{
	memset(work, 0xa5, sizeof(work));
	memcpy(work, tree, sizeof(tree));
}

static void put(size_t at, uint32_t word)
{
	for (unsigned i = 0; i < 4; i++)
		work[at + i] = (uint8_t)(word >> (24 - 8 * i));
}

static uint32_t node(const char *path)
{
	return fdt_path(&fdt, path, strlen(path));
}

static void open_tree(void)
{
	assert_int_equal(fdt_open(&fdt, tree, sizeof(tree)), ST_OK);
}

static void test_open(void **state)
{
	(void)state;
	open_tree();
	assert_int_equal(fdt.total, TOTAL);
	assert_int_equal(fdt_used(&fdt), TOTAL);
	/* A blob with slack: what is used does not change. */
	fresh();
	put(4, sizeof(work));
	assert_int_equal(fdt_open(&fdt, work, sizeof(work)), ST_OK);
	assert_int_equal(fdt.total, sizeof(work));
	assert_int_equal(fdt_used(&fdt), TOTAL);
}

static void test_walk(void **state)
{
	static const char *const names[] = {"",
					    "aliases",
					    "chosen",
					    "memory@80000000",
					    "bus@4",
					    "mb",
					    "fpga",
					    "uart@9000",
					    "timer@20000",
					    "far@40000",
					    "i2c",
					    "rtc@50",
					    "pci",
					    "dev",
					    "odd",
					    "dev"};
	static const uint8_t depths[] = {0, 1, 1, 1, 1, 2, 3, 4, 4, 4, 1, 2, 1, 2, 1, 2};
	unsigned depth = 0;
	uint32_t at = 0;

	(void)state;
	open_tree();
	for (unsigned i = 0; i < sizeof(depths); i++) {
		assert_string_equal(fdt_name(&fdt, at), names[i]);
		assert_int_equal(depth, depths[i]);
		at = fdt_next(&fdt, at, &depth);
	}
	assert_int_equal(at, FDT_NONE);
	assert_string_equal(fdt_name(&fdt, fdt_child(&fdt, 0)), "aliases");
	assert_string_equal(fdt_name(&fdt, fdt_next(&fdt, node("/bus/mb/fpga/far"), NULL)), "i2c");
}

static void test_family(void **state)
{
	uint32_t bus, fpga, timer;

	(void)state;
	open_tree();
	bus = node("/bus@4");
	fpga = node("/bus@4/mb/fpga");
	timer = node("/bus@4/mb/fpga/timer@20000");
	assert_int_equal(fdt_parent(&fdt, 0), FDT_NONE);
	assert_int_equal(fdt_parent(&fdt, bus), 0);
	assert_int_equal(fdt_parent(&fdt, timer), fpga);
	assert_int_equal(fdt_parent(&fdt, fdt_parent(&fdt, fpga)), bus);
	assert_int_equal(fdt_parent(&fdt, node("/odd/dev")), node("/odd"));
	assert_int_equal(fdt_sibling(&fdt, 0), FDT_NONE);
	assert_int_equal(fdt_sibling(&fdt, bus), node("/i2c"));
	assert_int_equal(fdt_sibling(&fdt, fpga), FDT_NONE);
	assert_int_equal(fdt_sibling(&fdt, timer), node("/bus/mb/fpga/far"));
	assert_int_equal(fdt_sibling(&fdt, node("/odd")), FDT_NONE);
	assert_int_equal(fdt_child(&fdt, fpga), node("/bus/mb/fpga/uart"));
	assert_int_equal(fdt_child(&fdt, timer), FDT_NONE);
	assert_int_equal(fdt_child(&fdt, node("/odd/dev")), FDT_NONE);
	assert_int_equal(fdt_child(&fdt, node("/chosen")), FDT_NONE);
}

static void test_no_node(void **state)
{
	uint64_t number, size;

	(void)state;
	open_tree();
	assert_int_equal(fdt_next(&fdt, FDT_NONE, NULL), FDT_NONE);
	assert_int_equal(fdt_child(&fdt, FDT_NONE), FDT_NONE);
	assert_int_equal(fdt_sibling(&fdt, FDT_NONE), FDT_NONE);
	assert_null(fdt_prop(&fdt, FDT_NONE, "reg", NULL));
	assert_null(fdt_text(&fdt, FDT_NONE, "bootargs"));
	assert_false(fdt_compatible(&fdt, FDT_NONE, "acme,board"));
	assert_int_equal(fdt_number(&fdt, FDT_NONE, "reg", &number), ST_NOTFOUND);
	assert_int_equal(fdt_reg(&fdt, FDT_NONE, 0, &number, &size), ST_NOTFOUND);
}

static void test_names_and_paths(void **state)
{
	uint32_t uart;

	(void)state;
	open_tree();
	uart = node("/bus@4/mb/fpga/uart@9000");
	assert_false(uart == FDT_NONE);
	assert_true(fdt_name_is(&fdt, uart, "uart"));
	assert_false(fdt_name_is(&fdt, uart, "uar"));
	assert_false(fdt_name_is(&fdt, uart, "uartx"));
	assert_int_equal(node("/bus/mb/fpga/uart"), uart);
	assert_int_equal(node("serial0"), uart);
	assert_int_equal(node("serial0/"), uart);
	assert_int_equal(fdt_path(&fdt, "serial0:115200", 7), uart);
	assert_int_equal(node("/"), 0);
	assert_int_equal(node("//bus/mb/"), node("/bus@4/mb"));
	assert_int_equal(node(""), FDT_NONE);
	assert_int_equal(node("/bus@5"), FDT_NONE);
	assert_int_equal(node("/bu"), FDT_NONE);
	assert_int_equal(node("/bus@4x"), FDT_NONE);
	assert_int_equal(node("/bus/mb/none/uart"), FDT_NONE);
	assert_int_equal(node("serial"), FDT_NONE);
	assert_int_equal(node("serial00"), FDT_NONE);
	assert_int_equal(node("loop"), FDT_NONE);
	assert_int_equal(node("serial0/none"), FDT_NONE);
}

static void test_properties(void **state)
{
	uint64_t number = 0;
	uint32_t len = 0;
	uint32_t memory;

	(void)state;
	open_tree();
	memory = node("/memory");
	assert_null(fdt_prop(&fdt, 0, "reg", &len)); /* a subnode's does not count */
	assert_null(fdt_prop(&fdt, memory, "re", NULL));
	assert_null(fdt_prop(&fdt, memory, "regs", NULL));
	assert_non_null(fdt_prop(&fdt, memory, "reg", &len));
	assert_int_equal(len, 32);
	assert_non_null(fdt_prop(&fdt, node("/bus/mb"), "ranges", &len));
	assert_int_equal(len, 0);
	assert_null(fdt_text(&fdt, node("/bus/mb"), "ranges"));
	assert_string_equal(fdt_text(&fdt, node("/chosen"), "bootargs"), "quiet");
	assert_null(fdt_text(&fdt, node("/chosen"), "none"));
	assert_null(fdt_text(&fdt, node("/bus"), "#size-cells"));
	assert_int_equal(fdt_number(&fdt, 0, "#size-cells", &number), ST_OK);
	assert_true(number == 2);
	assert_int_equal(fdt_number(&fdt, node("/bus/mb/fpga/uart"), "reg", &number), ST_OK);
	assert_true(number == 0x900000001000);
	assert_int_equal(fdt_number(&fdt, memory, "reg", &number), ST_CORRUPT);
	assert_int_equal(fdt_number(&fdt, memory, "none", &number), ST_NOTFOUND);
}

static void test_compatible_and_status(void **state)
{
	(void)state;
	open_tree();
	assert_true(fdt_compatible(&fdt, 0, "acme,board"));
	assert_true(fdt_compatible(&fdt, 0, "acme,family"));
	assert_false(fdt_compatible(&fdt, 0, "acme"));
	assert_false(fdt_compatible(&fdt, 0, "board"));
	assert_false(fdt_compatible(&fdt, node("/chosen"), "acme,board"));
	assert_true(fdt_enabled(&fdt, node("/chosen")));
	assert_true(fdt_enabled(&fdt, node("serial0")));
	assert_true(fdt_enabled(&fdt, node("/i2c/rtc")));
	assert_false(fdt_enabled(&fdt, node("/bus/mb/fpga/timer")));
}

static void check_reg(const char *path, unsigned index, uint64_t want_addr, uint64_t want_size)
{
	uint64_t addr = 0;
	uint64_t size = 0;

	assert_int_equal(fdt_reg(&fdt, node(path), index, &addr, &size), ST_OK);
	assert_true(addr == want_addr);
	assert_true(size == want_size);
}

static void test_reg(void **state)
{
	uint64_t addr, size;

	(void)state;
	open_tree();
	check_reg("/memory", 0, 0x80000000, 0x10000000);
	check_reg("/memory", 1, 0x800000000, 0x100001000);
	check_reg("serial0", 0, 0x10009000, 0x1000);
	check_reg("/pci/dev", 0, 0x10001000, 0x100);
	check_reg("/pci/dev", 2, 0x3eff0004, 4);
	assert_int_equal(fdt_reg(&fdt, node("/memory"), 2, &addr, &size), ST_NOTFOUND);
	assert_int_equal(fdt_reg(&fdt, node("/memory"), 0x8000000, &addr, &size), ST_NOTFOUND);
	assert_int_equal(fdt_reg(&fdt, node("/memory"), 0xffffffff, &addr, &size), ST_NOTFOUND);
	assert_int_equal(fdt_reg(&fdt, node("/chosen"), 0, &addr, &size), ST_NOTFOUND);
	assert_int_equal(fdt_reg(&fdt, 0, 0, &addr, &size), ST_NOTFOUND);
	assert_int_equal(fdt_reg(&fdt, node("/pci/dev"), 1, &addr, &size), ST_RANGE);
	assert_int_equal(fdt_reg(&fdt, node("/i2c/rtc"), 0, &addr, &size), ST_RANGE);
	assert_int_equal(fdt_reg(&fdt, node("/bus/mb/fpga/timer"), 0, &addr, &size), ST_RANGE);
	assert_int_equal(fdt_reg(&fdt, node("/bus/mb/fpga/far"), 0, &addr, &size), ST_RANGE);
	assert_int_equal(fdt_reg(&fdt, node("/odd/dev"), 0, &addr, &size), ST_UNSUPPORTED);
}

static void test_reserve(void **state)
{
	uint64_t addr = 0;
	uint64_t size = 0;

	(void)state;
	open_tree();
	assert_true(fdt_reserve(&fdt, 0, &addr, &size));
	assert_true(addr == 0x80000000 && size == 0x1000);
	assert_true(fdt_reserve(&fdt, 1, &addr, &size));
	assert_true(addr == 0x123456789 && size == 0x200000000);
	assert_false(fdt_reserve(&fdt, 2, &addr, &size));
	assert_false(fdt_reserve(&fdt, 0xffffffff, &addr, &size));
}

static void test_refused(void **state)
{
	/* One word of a good tree damaged, and what is said of it. */
	static const struct {
		uint16_t at;
		uint32_t word;
		enum status st;
	} damage[] = {
		{0, 0xd00dfeee, ST_MAGIC},
		{4, TOTAL + 1, ST_TRUNCATED},
		{4, 0xffffffff, ST_TRUNCATED},
		{4, 39, ST_CORRUPT},
		{4, TOTAL - 1, ST_CORRUPT}, /* the strings block ends behind it */
		{8, OFF_ROOT + 1, ST_CORRUPT},
		{8, 0xfffffffc, ST_CORRUPT},
		{8, OFF_ROOT + 4, ST_CORRUPT}, /* not at a token */
		{12, TOTAL + 1, ST_CORRUPT},
		{12, 0xffffffff, ST_CORRUPT},
		{16, OFF_RSV + 2, ST_CORRUPT},
		{16, 0xfffffffc, ST_CORRUPT},
		{16, TOTAL - 10, ST_CORRUPT},
		{20, 15, ST_UNSUPPORTED},
		{24, 18, ST_UNSUPPORTED},
		{32, 0xffffffff, ST_CORRUPT},
		{32, 8, ST_CORRUPT}, /* names are outside of the strings now */
		{36, 0xffffffff, ST_CORRUPT},
		{36, LEN_TOKEN - 4, ST_CORRUPT}, /* without FDT_END */
		{36, 0, ST_CORRUPT},
		{OFF_ROOT, 2, ST_CORRUPT},		 /* end before begin */
		{OFF_ROOT, 3, ST_CORRUPT},		 /* a property outside of the root */
		{OFF_ROOT + 8, 5, ST_CORRUPT},		 /* no such token */
		{OFF_ROOT + 8, 2, ST_CORRUPT},		 /* the root ends, more follows */
		{OFF_ROOT + 8, 9, ST_CORRUPT},		 /* the tree ends in a node */
		{OFF_ROOT + 12, 0xffffffff, ST_CORRUPT}, /* property lengths */
		{OFF_ROOT + 12, LEN_TOKEN, ST_CORRUPT},
		{OFF_ROOT + 16, TOTAL - OFF_NAMES, ST_CORRUPT}, /* name offsets */
		{OFF_ROOT + 16, 0xffffffff, ST_CORRUPT},
		{OFF_NAMES - 8, 4, ST_CORRUPT}, /* the root does not end */
		{OFF_NAMES - 8, 1, ST_CORRUPT},
		{OFF_NAMES - 12, 9, ST_CORRUPT},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(damage) / sizeof(damage[0]); i++) {
		fresh();
		put(damage[i].at, damage[i].word);
		assert_int_equal(fdt_open(&fdt, work, TOTAL), damage[i].st);
	}
	assert_int_equal(fdt_open(&fdt, tree, 39), ST_TRUNCATED);
	assert_int_equal(fdt_open(&fdt, tree, TOTAL - 1), ST_TRUNCATED);
	memcpy(work + 2, tree, sizeof(tree));
	assert_int_equal(fdt_open(&fdt, work + 2, TOTAL), ST_ALIGN);
}

static void test_open_tolerates(void **state)
{
	(void)state;
	/* Version 16 has no size of the structure block. */
	fresh();
	put(20, 16);
	put(36, 0xdeadbeef);
	assert_int_equal(fdt_open(&fdt, work, TOTAL), ST_OK);
	assert_int_equal(fdt_used(&fdt), TOTAL);
	assert_false(node("serial0") == FDT_NONE);
	/* A property made FDT_NOP, as libfdt does it: "#address-cells" of the root. */
	fresh();
	for (size_t i = 0; i < 16; i += 4)
		put(OFF_ROOT + 8 + i, 4);
	assert_int_equal(fdt_open(&fdt, work, TOTAL), ST_OK);
	assert_null(fdt_prop(&fdt, 0, "#address-cells", NULL));
	assert_non_null(fdt_prop(&fdt, 0, "#size-cells", NULL));
	/* FDT_NOP before the root, which is node 0 all the same. */
	fresh();
	memmove(work + OFF_ROOT + 8, work + OFF_ROOT, TOTAL - OFF_ROOT);
	put(OFF_ROOT, 4);
	put(OFF_ROOT + 4, 4);
	put(4, TOTAL + 8);
	put(12, OFF_NAMES + 8);
	put(36, LEN_TOKEN + 8);
	assert_int_equal(fdt_open(&fdt, work, TOTAL + 8), ST_OK);
	assert_string_equal(fdt_text(&fdt, node("/chosen"), "bootargs"), "quiet");
	assert_false(node("serial0") == FDT_NONE);
}

/* A chain of nodes below the root, the last at the depth given. */
static enum status open_chain(unsigned depth)
{
	size_t at = OFF_ROOT;

	fresh();
	for (unsigned i = 0; i <= depth; i++, at += 8) {
		put(at, 1);
		put(at + 4, i == 0 ? 0 : 0x61000000);
	}
	for (unsigned i = 0; i <= depth; i++, at += 4)
		put(at, 2);
	put(at, 9);
	put(12, 0);
	put(32, 0);
	return fdt_open(&fdt, work, TOTAL);
}

static void test_depth(void **state)
{
	uint32_t last = 0;

	(void)state;
	assert_int_equal(open_chain(FDT_MAX_DEPTH + 1), ST_CORRUPT);
	assert_int_equal(open_chain(FDT_MAX_DEPTH), ST_OK);
	for (unsigned i = 0; i < FDT_MAX_DEPTH; i++)
		last = fdt_child(&fdt, last);
	assert_int_equal(last, 8 * FDT_MAX_DEPTH);
	assert_int_equal(fdt_child(&fdt, last), FDT_NONE);
	assert_int_equal(fdt_parent(&fdt, last), last - 8);
}

static void start_edit(size_t capacity)
{
	open_tree();
	memset(work, 0xa5, sizeof(work));
	assert_int_equal(fdt_edit_copy(&edit, &fdt, work, capacity), ST_OK);
}

/* The edited tree is as good as any, and its description is what a fresh look at it finds. */
static void check_edit(void)
{
	assert_true(edit.f.total <= edit.capacity);
	assert_int_equal(work[edit.capacity], 0xa5);
	assert_int_equal(fdt_open(&fdt, work, edit.f.total), ST_OK);
	assert_memory_equal(&fdt, &edit.f, sizeof(fdt));
	assert_int_equal(fdt_used(&fdt), fdt.total);
}

static void test_copy(void **state)
{
	(void)state;
	open_tree();
	for (size_t capacity = 0; capacity < TOTAL; capacity++)
		assert_int_equal(fdt_edit_copy(&edit, &fdt, work, capacity), ST_NOSPACE);
	start_edit(TOTAL);
	check_edit();
	assert_memory_equal(work, tree, TOTAL); /* dtc has the blocks in our order */
	/* Version 16 becomes 17, slack goes. */
	open_chain(3);
	put(20, 16);
	put(28, 0x12345678);
	assert_int_equal(fdt_open(&fdt, work, TOTAL), ST_OK);
	assert_int_equal(fdt_edit_copy(&edit, &fdt, work + 1400, 600), ST_OK);
	assert_int_equal(fdt_open(&fdt, work + 1400, 600), ST_OK);
	assert_int_equal(fdt.total, OFF_ROOT + 4 * 8 + 4 * 4 + 4);
	assert_memory_equal(work + 1400 + 28, "\x12\x34\x56\x78", 4);
	assert_int_equal(work[1400 + 23], 17);
}

static void test_set(void **state)
{
	static const char longer[] = "console=ttyAMA0 root=/dev/vda rw";
	uint32_t chosen, len;

	(void)state;
	start_edit(1800);
	chosen = node("/chosen");
	assert_int_equal(fdt_edit_set(&edit, chosen, "bootargs", "loud!", 6), ST_OK);
	check_edit();
	assert_int_equal(edit.f.total, TOTAL);
	assert_string_equal(fdt_text(&fdt, chosen, "bootargs"), "loud!");
	assert_int_equal(fdt_edit_set(&edit, chosen, "bootargs", longer, sizeof(longer)), ST_OK);
	check_edit();
	assert_string_equal(fdt_text(&fdt, chosen, "bootargs"), longer);
	check_reg("serial0", 0, 0x10009000, 0x1000);
	assert_int_equal(fdt_edit_set(&edit, chosen, "bootargs", NULL, 0), ST_OK);
	check_edit();
	assert_non_null(fdt_prop(&fdt, chosen, "bootargs", &len));
	assert_int_equal(len, 0);
	assert_int_equal(edit.f.total, TOTAL - 8);
	assert_int_equal(fdt_edit_set(&edit, chosen, "bootargs", "quiet", 6), ST_OK);
	assert_memory_equal(work, tree, TOTAL);
}

static void test_create(void **state)
{
	uint32_t chosen, total, len;

	(void)state;
	start_edit(1800);
	chosen = node("/chosen");
	/* A name that the tree has costs only the property, and the new one is the first. */
	assert_int_equal(fdt_edit_set(&edit, chosen, "ranges", "abcde", 5), ST_OK);
	check_edit();
	assert_int_equal(edit.f.total, TOTAL + 20);
	assert_memory_equal(fdt_prop(&fdt, chosen, "ranges", &len), "abcde\0\0", 8);
	assert_int_equal(len, 5);
	assert_memory_equal((const char *)fdt_prop(&fdt, chosen, "ranges", NULL) - 16, "en\0", 4);
	assert_string_equal(fdt_text(&fdt, chosen, "bootargs"), "quiet");
	total = edit.f.total;
	/* So does the end of one: "size-cells" in "#size-cells". */
	assert_int_equal(fdt_edit_set(&edit, chosen, "size-cells", "", 1), ST_OK);
	check_edit();
	assert_int_equal(edit.f.total, total + 16);
	assert_non_null(fdt_prop(&fdt, chosen, "size-cells", NULL));
	total = edit.f.total;
	/* Not so its beginning. */
	assert_int_equal(fdt_edit_set(&edit, chosen, "boot", "x", 2), ST_OK);
	check_edit();
	assert_int_equal(edit.f.total, total + fdt_edit_cost("boot", 2));
	assert_string_equal(fdt_text(&fdt, chosen, "boot"), "x");
	assert_int_equal(fdt_edit_set(&edit, 0, "note", NULL, 0), ST_OK);
	check_edit();
	assert_non_null(fdt_prop(&fdt, 0, "note", &len));
	assert_int_equal(len, 0);
	assert_int_equal(fdt_edit_remove(&edit, 0, "note"), ST_OK);
	assert_int_equal(fdt_edit_remove(&edit, 0, "note"), ST_OK);
	check_edit();
	assert_null(fdt_prop(&fdt, 0, "note", NULL));
	assert_true(fdt_compatible(&fdt, 0, "acme,family"));
}

static void test_create_in_no_strings(void **state)
{
	(void)state;
	assert_int_equal(open_chain(0), ST_OK);
	assert_int_equal(fdt_edit_copy(&edit, &fdt, work + 1400, 600), ST_OK);
	assert_int_equal(fdt_edit_set(&edit, 0, "model", "m", 2), ST_OK);
	assert_int_equal(fdt_open(&fdt, work + 1400, 600), ST_OK);
	assert_string_equal(fdt_text(&fdt, 0, "model"), "m");
}

static void test_node(void **state)
{
	uint32_t child = 0;
	uint32_t again = 0;
	uint32_t chosen;

	(void)state;
	start_edit(1800);
	assert_int_equal(fdt_edit_node(&edit, 0, "chosen", &child), ST_OK);
	assert_int_equal(child, node("/chosen"));
	assert_int_equal(edit.f.total, TOTAL);
	/* The exact name: "bus" is not "bus@4". */
	assert_int_equal(fdt_edit_node(&edit, 0, "bus", &child), ST_OK);
	check_edit();
	assert_int_equal(child, fdt_child(&fdt, 0));
	assert_string_equal(fdt_name(&fdt, child), "bus");
	assert_int_equal(fdt_edit_node(&edit, 0, "bus", &again), ST_OK);
	assert_int_equal(again, child);
	chosen = node("/chosen");
	assert_int_equal(fdt_edit_node(&edit, chosen, "zshim@1", &child), ST_OK);
	check_edit();
	assert_int_equal(child, node("/chosen/zshim@1"));
	assert_string_equal(fdt_text(&fdt, chosen, "bootargs"), "quiet");
	assert_int_equal(fdt_edit_set(&edit, child, "status", "disabled", 9), ST_OK);
	check_edit();
	assert_false(fdt_enabled(&fdt, child));
	assert_true(fdt_enabled(&fdt, chosen));
	check_reg("serial0", 0, 0x10009000, 0x1000);
}

static void test_edit_reserve(void **state)
{
	uint64_t addr = 0, size = 0;
	unsigned count = 0;

	(void)state;
	start_edit(TOTAL + 2 * FDT_RESERVE_COST);
	while (fdt_reserve(&edit.f, count, &addr, &size))
		count++;
	assert_int_equal(fdt_edit_reserve(&edit, 0x123456789a, 0x1000), ST_OK);
	check_edit();
	assert_int_equal(edit.f.total, TOTAL + FDT_RESERVE_COST);
	assert_true(fdt_reserve(&fdt, count, &addr, &size));
	assert_true(addr == 0x123456789a && size == 0x1000);
	assert_false(fdt_reserve(&fdt, count + 1, &addr, &size));
	assert_string_equal(fdt_text(&fdt, node("/chosen"), "bootargs"), "quiet");
	check_reg("serial0", 0, 0x10009000, 0x1000);
	assert_int_equal(fdt_edit_reserve(&edit, 0, 1), ST_OK);
	check_edit();
	assert_true(fdt_reserve(&fdt, count, &addr, &size) && addr == 0x123456789a);
	assert_true(fdt_reserve(&fdt, count + 1, &addr, &size) && addr == 0 && size == 1);
	assert_int_equal(fdt_edit_reserve(&edit, 1, 1), ST_NOSPACE);
	check_edit();
}

/* What a failed edit may not change: the description, the tree, the byte behind it. */
static uint8_t before[sizeof(work)] __attribute__((aligned(8)));

static void test_no_space(void **state)
{
	struct fdt_edit saved;
	uint32_t chosen, child;

	(void)state;
	for (size_t room = 0; room < fdt_edit_cost("linux,x", 9); room++) {
		start_edit(TOTAL + room);
		chosen = node("/chosen");
		memcpy(before, work, sizeof(work));
		saved = edit;
		assert_int_equal(fdt_edit_set(&edit, chosen, "linux,x", "12345678", 9), ST_NOSPACE);
		assert_int_equal(fdt_edit_set(&edit, chosen, "bootargs", work, 0xffffffff),
				 ST_NOSPACE);
		assert_int_equal(fdt_edit_set(&edit, chosen, "bootargs", work, 0x7fffffff),
				 ST_NOSPACE);
		if (room < 16)
			assert_int_equal(fdt_edit_node(&edit, 0, "seven78", &child), ST_NOSPACE);
		if (room < FDT_RESERVE_COST)
			assert_int_equal(fdt_edit_reserve(&edit, 1, 1), ST_NOSPACE);
		assert_memory_equal(work, before, sizeof(work));
		assert_memory_equal(&edit, &saved, sizeof(edit));
	}
	start_edit(TOTAL + fdt_edit_cost("linux,x", 9));
	assert_int_equal(fdt_edit_set(&edit, node("/chosen"), "linux,x", "12345678", 9), ST_OK);
	check_edit();
	start_edit(TOTAL + 16);
	assert_int_equal(fdt_edit_node(&edit, 0, "seven78", &child), ST_OK);
	check_edit();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_open),
		cmocka_unit_test(test_walk),
		cmocka_unit_test(test_family),
		cmocka_unit_test(test_no_node),
		cmocka_unit_test(test_names_and_paths),
		cmocka_unit_test(test_properties),
		cmocka_unit_test(test_compatible_and_status),
		cmocka_unit_test(test_reg),
		cmocka_unit_test(test_reserve),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_open_tolerates),
		cmocka_unit_test(test_depth),
		cmocka_unit_test(test_copy),
		cmocka_unit_test(test_set),
		cmocka_unit_test(test_create),
		cmocka_unit_test(test_create_in_no_strings),
		cmocka_unit_test(test_node),
		cmocka_unit_test(test_edit_reserve),
		cmocka_unit_test(test_no_space),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
