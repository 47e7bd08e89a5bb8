# `make help` says what there is. Everything is done by cargo and by the scripts under tests/.

PREFIX ?= /usr/local
DESTDIR ?=
CARGO ?= cargo
RELEASE = $(or $(CARGO_TARGET_DIR),target)/release

.PHONY: help build test demo record bench install run fmt clippy

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## /  make \1\t/p' Makefile | expand -t 18

build: ## the two programs, vireod and vireo-vmm, in target/release
	$(CARGO) build --release --workspace --bins

demo: ## install what is missing, then show an unmodified kernel booting as a guest
	@tests/lab/deps demo
	@tests/demo/run

test: ## install what is missing, then run every test there is
	@tests/lab/deps test
	@tests/run

record: ## run the comparisons with a live stock libvirtd, and record what it says
	@tests/lab/deps test oracle
	@VIREO_STOCK=live VIREO_RECORD=1 tests/run guests_end_as hostile_frames bad_definitions one_guests_life edits_look \
		they_are_refused_what_stock read_only_clients_are_refused in_stocks_words whoever_asked tuned_as_on_stock

bench: ## measure, beside stock libvirtd and QEMU; the table goes to target/bench.md
	@tests/lab/deps bench
	@tests/bench/run

install: build ## into $(DESTDIR)$(PREFIX)
	install -D -m 755 -t $(DESTDIR)$(PREFIX)/sbin $(RELEASE)/vireod
	install -D -m 755 -t $(DESTDIR)$(PREFIX)/libexec $(RELEASE)/vireo-vmm

run: build ## the daemon in the foreground on the standard sockets
	$(RELEASE)/vireod

fmt: ## format the Rust code
	$(CARGO) fmt --all

clippy: ## lint the Rust code, warnings count as errors
	$(CARGO) clippy --workspace --all-targets -- -D warnings
