#include "net/websocket/frame_writer.hpp"

#include <openssl/rand.h>
#include <wslay/wslay.h>

#include <memory>

#include "base/check.hpp"

namespace sotto::net {
namespace {

constexpr std::size_t longest_header = 14;  // bytes; RFC 6455, section 5.2

ssize_t append(const std::uint8_t* bytes, std::size_t size, int, void* onto) {
  auto& out = *static_cast<base::Blob*>(onto);
  out.insert(out.end(), bytes, bytes + size);
  return static_cast<ssize_t>(size);
}

// Unpredictable, so that nobody makes us say to a proxy on the way what it reads as HTTP (section 10.3).
int fill_mask(std::uint8_t* into, std::size_t size, void*) {
  CHECK(RAND_bytes(into, static_cast<int>(size)) == 1);
  return 0;
}

constexpr wslay_frame_callbacks callbacks{
    .send_callback = append, .recv_callback = nullptr, .genmask_callback = fill_mask};

}  // namespace

base::Blob write_frame(End sender, Opcode opcode, base::View payload) {
  base::Blob out;
  out.reserve(longest_header + payload.size());
  wslay_frame_context_ptr made = nullptr;
  CHECK(wslay_frame_context_init(&made, &callbacks, &out) == 0);
  const std::unique_ptr<wslay_frame_context, decltype(&wslay_frame_context_free)> context(made,
                                                                                          wslay_frame_context_free);
  wslay_frame_iocb frame{.fin = 1,
                         .rsv = WSLAY_RSV_NONE,
                         .opcode = static_cast<std::uint8_t>(opcode),
                         .payload_length = payload.size(),
                         .mask = sender == End::client ? std::uint8_t{1} : std::uint8_t{0},
                         .data = payload.data(),
                         .data_length = payload.size()};
  // It hands everything to `append`, which takes everything.
  CHECK(wslay_frame_send(context.get(), &frame) == static_cast<ssize_t>(payload.size()));
  return out;
}

base::Blob write_close_frame(End sender, const CloseReason& reason) {
  if (reason.code == close_code::none_given) return write_frame(sender, Opcode::close, {});
  CHECK(reason.text.size() <= max_control_payload - 2);
  const base::Bytes<2> code{static_cast<std::uint8_t>(reason.code >> 8), static_cast<std::uint8_t>(reason.code & 0xFF)};
  return write_frame(sender, Opcode::close, base::concat({code, base::view(reason.text)}));
}

}  // namespace sotto::net
