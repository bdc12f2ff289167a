#include <chrono>
#include <cstdio>
#include <exception>
#include <iostream>

#include "base/process.hpp"
#include "conformance/answer.hpp"
#include "crypto/start.hpp"
#include "crypto/system_random.hpp"

namespace {

using namespace sotto;

constexpr std::size_t max_line = 8u << 20;  // bytes, docs/spec/conformance.md, "Transport"

std::uint64_t now_ms() {
  using namespace std::chrono;
  return static_cast<std::uint64_t>(duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count());
}

enum class Line { whole, overlong, end };

// One line without its end, never more than max_line of it.
Line read_line(std::istream& in, std::string& line) {
  line.clear();
  std::streambuf& bytes = *in.rdbuf();
  bool is_overlong = false;
  for (int c = bytes.sbumpc(); c != std::char_traits<char>::eof(); c = bytes.sbumpc()) {
    if (c == '\n') return is_overlong ? Line::overlong : Line::whole;
    if (line.size() < max_line) {
      line.push_back(static_cast<char>(c));
    } else {
      is_overlong = true;
    }
  }
  if (is_overlong) return Line::overlong;
  return line.empty() ? Line::end : Line::whole;  // the last line may lack its end
}

int serve() {
  crypto::SystemRandom random;
  conformance::World world{random, now_ms, {}};
  std::string line;
  for (Line read = read_line(std::cin, line); read != Line::end; read = read_line(std::cin, line)) {
    std::cout << (read == Line::whole ? conformance::answer(world, line) : conformance::answer_overlong(max_line))
              << "\n"
              << std::flush;
  }
  return std::cout ? 0 : 1;
}

}  // namespace

int main() {
  try {
    base::harden_process();
    std::ios::sync_with_stdio(false);
    if (!crypto::start()) {
      std::cerr << "sotto-conformance: the system gives no random numbers, or the crypto library does not work here\n";
      return 1;
    }
    return serve();
  } catch (const std::exception& error) {
    std::cerr << "sotto-conformance: " << error.what() << "\n";
    return 1;
  }
}
