# SPDX-License-Identifier: GPL-2.0-only
# For people; `make help` lists what it does. kbuild itself reads Kbuild, so
# that DKMS, which sets KERNELRELEASE, comes here like everybody else.

VERSION := $(shell sed -n 's/^PACKAGE_VERSION="\(.*\)"$$/\1/p' dkms.conf)

# The kernel to build for: KVER= another installed one, or KDIR= any build
# tree (with ARCH=um for User Mode Linux).
KVER ?= $(shell uname -r)
KDIR ?= /lib/modules/$(KVER)/build
KBUILD = $(MAKE) -C $(KDIR) M=$(CURDIR)
# As uname -r says it; kernel.release is something else in Debian's headers.
release = $$(sed -n 's/.*UTS_RELEASE "\(.*\)"/\1/p' \
	$(KDIR)/include/generated/utsrelease.h)

DKMS_SRC = /usr/src/ksmol-$(VERSION)
DKMS_ID = ksmol/$(VERSION)

.PHONY: all help
all: module

help:
	@echo 'ksmol $(VERSION)'
	@sed -n 's/^## \{0,1\}//p' Makefile
	@echo
	@echo 'KVER=VERSION or KDIR=DIR choose the kernel, now $(KDIR);'
	@echo 'ARCH=um goes with a KDIR= of User Mode Linux.'

## Build and install (all is the default)
##   all, module      build ksmol.ko
##   modules_install  install it for that kernel
##   dkms-install     let DKMS build it for each kernel, now and later
##   dkms-remove      undo that
##   tools            build the ksmol command, the library for ring sockets
##   install          install them, the man page and completion
##   clean            remove what was built
.PHONY: module modules_install dkms-install dkms-remove tools install clean

ifeq ($(origin KDIR),file)
kdir_hint = : install linux-headers-$(KVER), or give KDIR=
endif

# Each refusal is one sentence that says what to do.
.PHONY: kernel
kernel:
	@if [ ! -f '$(KDIR)/Makefile' ]; then \
		echo 'ksmol: no kernel build tree at $(KDIR)$(kdir_hint)' >&2; \
		exit 1; \
	elif [ ! -f '$(KDIR)/include/config/auto.conf' ] || \
	     [ ! -f '$(KDIR)/include/generated/utsrelease.h' ]; then \
		echo 'ksmol: $(KDIR) is not prepared:' \
		     'run "make modules_prepare" there' >&2; \
		exit 1; \
	elif ! grep -q '^CONFIG_INET=y' '$(KDIR)/include/config/auto.conf'; then \
		echo 'ksmol: the kernel at $(KDIR) has no CONFIG_INET' >&2; \
		exit 1; \
	elif ! printf '6.1\n%s\n' "$(release)" | sort -VC; then \
		echo "ksmol: needs Linux 6.1 or later, not $(release)" >&2; \
		exit 1; \
	fi

module: kernel
	$(KBUILD) modules

# kbuild skips depmod for header packages: they have no System.map.
modules_install: kernel
	$(KBUILD) INSTALL_MOD_DIR=updates modules_install
	depmod $(if $(INSTALL_MOD_PATH),-b $(INSTALL_MOD_PATH)) "$(release)"

dkms-install: dkms-remove kernel
	install -d $(DKMS_SRC)
	cp -r Kbuild Makefile dkms.conf COPYING include module $(DKMS_SRC)
	find $(DKMS_SRC) \( -name '*.o' -o -name '.*.cmd' \) -delete
	dkms add $(DKMS_ID)
	dkms build $(DKMS_ID) -k $(KVER)
	dkms install $(DKMS_ID) -k $(KVER)

dkms-remove:
	@command -v dkms >/dev/null || \
		{ echo 'ksmol: dkms is not installed: apt install dkms' >&2; exit 1; }
	if [ -n "$$(dkms status $(DKMS_ID))" ]; then \
		dkms remove $(DKMS_ID) --all; \
	fi
	rm -rf $(DKMS_SRC)

tools:
	$(MAKE) -C tools/ksmol
	$(MAKE) -C tools/ring

install:
	$(MAKE) -C tools/ksmol install
	$(MAKE) -C tools/ring install

clean:
	if [ -f '$(KDIR)/Makefile' ]; then $(KBUILD) clean; fi
	if [ -d tools/ksmol ]; then $(MAKE) -C tools/ksmol clean; fi
	if [ -d tools/ring ]; then $(MAKE) -C tools/ring clean; fi

## Try it and test it (in virtual machines; fetches what it needs)
##   demo             two screens: load, ping, UDP, a flood, the tables after
##   check            every test, lint included
##   kunit            the KUnit suites in User Mode Linux
##   lint             checkpatch, sparse, W=1, shellcheck
##   coverage         KUnit and the scenarios with gcov
##   bench            benchmarks against Linux's own stack
##   bench-exhaustion the policies of transmit tokens on pools that are too small
.PHONY: demo check kunit lint coverage bench bench-exhaustion
demo:
	tools/vm/demo

check:
	tools/vm/check

kunit:
	tools/vm/kunit

lint:
	tools/lint

coverage:
	tools/vm/coverage

bench:
	tools/bench/run

bench-exhaustion:
	tools/bench/run exhaustion
