// Replays a corpus: every file of the folder, each file cut at every length up to 512 bytes, and each with single bytes
// changed, so that a build without libFuzzer still walks the parser's refusals.
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size);

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
      ++files;
    }
  }
  std::printf("%zu files replayed\n", files);
  return files > 0 ? 0 : 1;  // an empty corpus checks nothing
}
