"""The protocol library as a product: built alone, installed, and used by projects that know nothing but the package."""
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
SAID = ["Ben reads: Hello Ben!", "Ana reads: Hello Ana!", "The group reads: Hello everybody!",
        "Ben opens a message of 9d0652a3-dcc3-4d11-975f-74d61598733f", "Nobody on the way knows who wrote this.", " is refused: ",
        "After the certificate's end: the certificate does not validate"]


def run(*command, **options):
    done = subprocess.run([str(word) for word in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **options)
    if done.returncode != 0:
        raise AssertionError(f"{' '.join(map(str, command))} ended with {done.returncode}:\n{done.stdout}")
    return done.stdout


def library_options():
    options = ["-DSOTTO_PROTOCOL_ONLY=ON", "-DCMAKE_BUILD_TYPE=RelWithDebInfo", "-DCMAKE_C_COMPILER=gcc",
               "-DCMAKE_CXX_COMPILER=g++"]  # as CMakePresets.json names them
    if shutil.which("ccache"):
        launcher = f"env;CCACHE_BASEDIR={ROOT};CCACHE_NOHASHDIR=1;ccache"
        options += [f"-DCMAKE_C_COMPILER_LAUNCHER={launcher}", f"-DCMAKE_CXX_COMPILER_LAUNCHER={launcher}"]
    return options


class Package(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp())
        cls.prefix = cls.folder / "installed"
        # As deep in the tree as the other builds: a compiler cache knows a file by its path from where the compiler runs.
        (ROOT / "build").mkdir(exist_ok=True)
        build = cls.build = pathlib.Path(tempfile.mkdtemp(prefix="package-", dir=ROOT / "build"))
        run("cmake", "-S", ROOT, "-B", build, "-G", "Ninja", *library_options())
        run("cmake", "--build", build)
        run("cmake", "--install", build, "--prefix", cls.prefix)
        cls.libraries = next(cls.prefix.rglob("libsotto-protocol.so")).parent
        cls.environment = {**os.environ, "PKG_CONFIG_PATH": str(cls.libraries / "pkgconfig"),
                           "LD_LIBRARY_PATH": str(cls.libraries)}

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.folder)
        shutil.rmtree(cls.build)

    def example(self, language):
        """A copy where nothing else of the project is near."""
        place = pathlib.Path(tempfile.mkdtemp(dir=self.folder))
        shutil.copytree(ROOT / "examples" / language, place, dirs_exist_ok=True)
        return place

    def check(self, said):
        for line in SAID:
            self.assertIn(line, said)
        self.assertRegex(said, r"Both see [0-9]{60}: verified")

    def by_cmake(self, language, is_shared):
        place = self.example(language)
        run("cmake", "-S", place, "-B", place / "build", f"-DCMAKE_PREFIX_PATH={self.prefix}",
            f"-DBUILD_SHARED_LIBS={'ON' if is_shared else 'OFF'}")
        run("cmake", "--build", place / "build")
        program = place / "build/conversation"
        needed = run("readelf", "-d", program)
        self.assertEqual("libsotto-protocol.so." in needed, is_shared)
        self.check(run(program))

    def test_a_cpp_project_links_the_static_library(self):
        self.by_cmake("cpp", False)

    def test_a_cpp_project_links_the_shared_library(self):
        self.by_cmake("cpp", True)

    def test_a_c_project_links_the_static_library(self):
        self.by_cmake("c", False)

    def test_a_c_project_links_the_shared_library(self):
        self.by_cmake("c", True)

    def test_pkg_config_says_how_to_compile_and_link(self):
        place = self.example("c")
        flags = run("pkg-config", "--cflags", "--libs", "sotto-protocol", env=self.environment).split()
        run("cc", "-std=c99", "-Wall", "-Wextra", "-Wshadow", "-Wconversion", "-Wpedantic", "-Werror", place / "main.c", *flags, "-o", place / "program")
        self.check(run(place / "program", env=self.environment))

        place = self.example("cpp")
        flags = run("pkg-config", "--cflags", "--libs", "sotto-protocol", env=self.environment).split()
        run("c++", "-std=c++20", "-Wall", "-Wextra", "-Wshadow", "-Wconversion", "-Wpedantic", "-Werror", place / "main.cpp", *flags,
            "-o", place / "program")
        self.check(run(place / "program", env=self.environment))

    def test_pkg_config_knows_the_static_library(self):
        place = self.example("c")
        flags = run("pkg-config", "--static", "--cflags", "--libs", "sotto-protocol", env=self.environment).split()
        flags = [str(self.libraries / "libsotto-protocol.a") if flag == "-lsotto-protocol" else flag for flag in flags]
        run("cc", "-std=c99", place / "main.c", *flags, "-o", place / "program")
        self.assertNotIn("libsotto-protocol", run("readelf", "-d", place / "program"))
        self.check(run(place / "program"))

    def names(self, library, *options):
        listed = run("nm", "--defined-only", "--extern-only", *options, self.libraries / library).splitlines()
        return {line.split()[-1] for line in listed if len(line.split()) == 3}

    def test_both_libraries_export_what_the_header_declares_and_nothing_else(self):
        header = (self.prefix / "include/sotto/sotto_protocol.h").read_text()
        declared = set(re.findall(r"SOTTO_API[^;(]*?\b(sotto_\w+)\(", header))
        self.assertGreater(len(declared), 50)
        self.assertEqual(self.names("libsotto-protocol.so", "--dynamic"), declared)
        self.assertEqual(self.names("libsotto-protocol.a"), declared)

    def test_the_shared_library_is_named_for_the_versions_that_fit(self):
        version = run("pkg-config", "--modversion", "sotto-protocol", env=self.environment).strip().split(".")
        fitting = ".".join(version[:2]) if version[0] == "0" else version[0]
        soname = re.search(r"SONAME.*\[(.*)\]", run("readelf", "-d", self.libraries / "libsotto-protocol.so")).group(1)
        self.assertEqual(soname, f"libsotto-protocol.so.{fitting}")

    def test_the_package_may_be_moved(self):
        moved = pathlib.Path(tempfile.mkdtemp(dir=self.folder)) / "elsewhere"
        shutil.copytree(self.prefix, moved, symlinks=True)
        libraries = moved / self.libraries.relative_to(self.prefix)
        place = self.example("c")
        flags = run("pkg-config", "--cflags", "--libs", "sotto-protocol",
                    env={**os.environ, "PKG_CONFIG_PATH": str(libraries / "pkgconfig")}).split()
        self.assertIn(f"-L{libraries}", [os.path.normpath(flag) for flag in flags])
        run("cc", "-std=c99", place / "main.c", *flags, "-o", place / "program")
        self.check(run(place / "program", env={**os.environ, "LD_LIBRARY_PATH": str(libraries)}))

    def test_a_program_without_any_shared_library_can_be_made(self):
        place = self.example("c")
        flags = run("pkg-config", "--static", "--cflags", "--libs", "sotto-protocol", env=self.environment).split()
        run("cc", "-std=c99", "-static", place / "main.c", *flags, "-o", place / "program")
        self.check(run(place / "program"))

    def test_the_shared_library_needs_nothing_but_the_run_time(self):
        needed = set(re.findall(r"NEEDED.*\[(.*?)\]", run("readelf", "-d", self.libraries / "libsotto-protocol.so")))
        self.assertLessEqual(needed, {"libstdc++.so.6", "libm.so.6", "libgcc_s.so.1", "libc.so.6", "ld-linux-x86-64.so.2",
                                      "ld-linux-aarch64.so.1"})

    def test_header_package_and_library_agree_on_the_version(self):
        header = (self.prefix / "include/sotto/sotto_protocol.h").read_text()
        version = ".".join(re.search(rf"SOTTO_PROTOCOL_VERSION_{part} (\d+)", header).group(1)
                           for part in ("MAJOR", "MINOR", "PATCH"))
        self.assertEqual(run("pkg-config", "--modversion", "sotto-protocol", env=self.environment).strip(), version)
        self.assertIn(f"VERSION {version}", (ROOT / "CMakeLists.txt").read_text())
        source = self.folder / "version.c"
        source.write_text('#include <sotto/sotto_protocol.h>\n#include <stdio.h>\nint main(void) { puts(sotto_version()); return 0; }\n')
        run("cc", "-std=c99", f"-I{self.prefix}/include", source, f"-L{self.libraries}", "-lsotto-protocol", "-o",
            self.folder / "version")
        self.assertEqual(run(self.folder / "version", env=self.environment).strip(), version)


class Page(unittest.TestCase):
    def test_what_the_page_shows_stands_in_the_examples(self):
        shown = re.findall(r"```(cpp|c)\n(.*?)```", (ROOT / "docs/library.md").read_text(), re.DOTALL)
        self.assertEqual([language for language, _ in shown], ["cpp", "c"])
        for language, code in shown:
            example = (ROOT / "examples" / language / f"main.{language}").read_text()
            for piece in code.strip("\n").split("\n\n"):
                self.assertIn(piece, example)


if __name__ == "__main__":
    unittest.main()
