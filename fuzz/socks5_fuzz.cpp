// room: net
// What a proxy answers, whole and in pieces: one reading of it, whichever way it comes.
#include "base/check.hpp"
#include "net/socks5.hpp"

using namespace sotto;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const base::View input(bytes, size);
  if (size >= 2) {
    const base::Bytes<2> two{input[0], input[1]};
    const auto method = net::socks5::parse_method(two);
    CHECK(!method || two[0] == 5);
    CHECK(!net::socks5::parse_login(two) || (two[0] == 1 && two[1] == 0));
  }
  // As the client reads: never more than is asked for.
  std::size_t known = 0;
  while (true) {
    const auto wanted = net::socks5::reply_size(input.first(known));
    if (!wanted) return 0;
    CHECK(*wanted >= known && *wanted <= 4 + 1 + 255 + 2);
    if (*wanted == known || *wanted > size) break;
    known = *wanted;
  }
  const auto reply = net::socks5::parse_reply(input.first(known));
  if (reply) CHECK(known >= 7 && input[0] == 5 && input[1] == 0);
  if (known < size) CHECK(!net::socks5::parse_reply(input) || *net::socks5::reply_size(input) == size);
  return 0;
}
