// room: net
// The receiving side of a WebSocket. The first byte says who sends and how the rest is cut; what is heard must not
// depend on the cuts, and no message is over the limit.
#include <cstdint>

#include "net/websocket/frame_reader.hpp"

namespace {

using namespace sotto;

constexpr std::size_t limit = 5'000;  // bytes of a message

struct Heard {
  std::vector<base::Blob> said;
  std::uint16_t fault = 0;
  friend bool operator==(const Heard&, const Heard&) = default;
};

base::Blob bytes_of(net::Said said) {
  if (auto* message = std::get_if<net::Message>(&said)) return message->bytes;
  if (auto* ping = std::get_if<net::Ping>(&said)) return ping->bytes;
  if (auto* goodbye = std::get_if<net::Goodbye>(&said)) return base::blob(base::view(goodbye->reason.text));
  return {};
}

Heard hear(net::End sender, base::View input, std::size_t step) {
  net::FrameReader reader(sender, limit);
  Heard heard;
  while (!input.empty()) {
    const base::Blob piece = base::blob(input.first(std::min(step, input.size())));
    input = input.subspan(piece.size());
    base::View bytes(piece);
    for (;;) {
      auto said = reader.read(bytes);
      if (!said) heard.fault = said.error().code;
      if (!said) return heard;
      if (!*said) break;
      heard.said.push_back(bytes_of(**said));
      if (heard.said.back().size() > limit) __builtin_trap();
    }
    if (!bytes.empty()) __builtin_trap();
  }
  return heard;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  if (size == 0) return 0;
  const auto sender = bytes[0] & 1 ? net::End::client : net::End::server;
  const std::size_t step = 1u + bytes[0] / 2u;
  const base::View input(bytes + 1, size - 1);
  if (hear(sender, input, step) != hear(sender, input, input.size())) __builtin_trap();
  return 0;
}
