# The front door. Everything real happens in CMake and in tools/; `make help` says what there is.
SHELL := /bin/bash
BUILD := build/release
JOBS ?= $(shell nproc)

.PHONY: help setup build demo test bench bench-server bench-engine package test-package docs soak lint format hooks clean

help:            ## this list
	@sed -n 's/^\([a-z-]*\): .*## /  make \1\t/p' Makefile | expand -t 24

setup:           ## install the Debian packages and fetch the pinned sources
	@tools/setup

$(BUILD)/build.ninja: CMakeLists.txt CMakePresets.json
	@cmake --preset release >build/configure.log 2>&1 || { cat build/configure.log; exit 1; }

build: setup     ## the programs, in build/bin/
	@mkdir -p build
	@$(MAKE) -s --no-print-directory $(BUILD)/build.ninja
	@ninja -C $(BUILD) -j $(JOBS) programs
	@tools/place-programs $(BUILD)/bin build/bin

demo: build      ## two people converse through a real server, with crashes
	@tools/demo

test: setup      ## all tests, in the release and the sanitizer build
	@tools/run-tests release asan

bench: build     ## measure the protocol library
	@tools/fetch-peer
	@ninja -C $(BUILD) -j $(JOBS) protocol_bench
	@tools/bench-protocol

bench-server: build  ## measure the server: what a message costs it, floors and ejabberd beside
	@tools/fetch-ejabberd || true
	@ninja -C $(BUILD) -j $(JOBS) server_bench
	@$(BUILD)/bench/server_bench

bench-engine: build  ## measure the engine: sending, draining, starting, idling
	@ninja -C $(BUILD) -j $(JOBS) engine_bench
	@$(BUILD)/bench/engine_bench

package: build   ## the programs as .deb for Debian 12, in build/packages/
	@tools/package

test-package: package  ## install them in a fresh system and let two people converse there; needs root
	@tools/test-package

docs: setup      ## the library's reference, in build/api-docs/html
	@mkdir -p build
	@doxygen docs/api/Doxyfile
	@echo "docs: build/api-docs/html/index.html"

soak: setup      ## the long storms, ThreadSanitizer, libFuzzer: hours if you let it
	@tools/soak

lint: setup      ## clang-format, clang-tidy, layers
	@tools/lint

format:          ## rewrite the sources as .clang-format says
	@tools/lint --fix-format

hooks:           ## check format and layers before each commit
	@git config core.hooksPath tools/hooks

clean:           ## forget everything that was built, keep what was fetched
	@rm -rf build/release build/asan build/tsan build/fuzz build/dev build/bin
