// Replays a corpus: every file of the folder, each file cut at every length up to 512 bytes, and each with single bytes
// changed, so that a build without libFuzzer still walks the parser's refusals.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size);

// A structured target brings its own mutator, which asks libFuzzer for the small changes; here it gets simple ones.
extern "C" __attribute__((weak)) std::size_t LLVMFuzzerCustomMutator(std::uint8_t* bytes, std::size_t size,
                                                                     std::size_t room, unsigned seed);
extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* bytes, std::size_t size, std::size_t room) {
  static std::minstd_rand random(1);
  const std::size_t grown = std::min<std::size_t>(room, size + random() % 3);
  for (std::size_t i = size; i < grown; ++i) bytes[i] = static_cast<std::uint8_t>(random());
  const std::size_t kept = random() % 8 == 0 ? random() % (grown + 1) : grown;
  if (kept > 0) bytes[random() % kept] ^= static_cast<std::uint8_t>(1u << random() % 8);
  return kept;
}

namespace {

using Input = std::vector<std::uint8_t>;

Input read(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return Input(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
}

void run(const Input& input) { LLVMFuzzerTestOneInput(input.data(), input.size()); }

void run_neighbours(const Input& seed, std::mt19937& random) {
  for (std::size_t size = 0; size < std::min<std::size_t>(seed.size(), 512); ++size) {
    run(Input(seed.begin(), seed.begin() + static_cast<std::ptrdiff_t>(size)));
  }
  for (int round = 0; round < 256 && !seed.empty(); ++round) {
    Input changed = seed;
    changed[random() % changed.size()] = static_cast<std::uint8_t>(random());
    run(changed);
  }
}

// A walk of the target's own mutator, from this seed on.
void run_structured(const Input& seed, std::mt19937& random) {
  if (LLVMFuzzerCustomMutator == nullptr) return;
  constexpr std::size_t room = 1 << 14;
  Input walked = seed;
  for (int step = 0; step < 512; ++step) {
    const std::size_t size = walked.size();
    walked.resize(room);
    walked.resize(LLVMFuzzerCustomMutator(walked.data(), size, room, static_cast<unsigned>(random())));
    run(walked);
    if (step % 4 == 3) walked = seed;
  }
}

}  // namespace

int main(int count, char** arguments) {
  std::mt19937 random(1);
  std::size_t files = 0;
  run({});
  for (int i = 1; i < count; ++i) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(arguments[i])) {
      if (!entry.is_regular_file()) continue;
      const Input seed = read(entry.path());
      run(seed);
      run_neighbours(seed, random);
      run_structured(seed, random);
      ++files;
    }
  }
  std::printf("%zu files replayed\n", files);
  return files > 0 ? 0 : 1;  // an empty corpus checks nothing
}
