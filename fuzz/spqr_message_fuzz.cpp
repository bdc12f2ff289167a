// room: protocol
#include "base/check.hpp"
#include "protocol/spqr/ratchet.hpp"

using namespace sotto;
namespace spqr = protocol::spqr;

namespace {

class Zeros final : public base::Random {
 public:
  void fill(std::span<std::uint8_t> bytes) override { std::ranges::fill(bytes, std::uint8_t{0}); }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const auto message = spqr::Message::parse({bytes, size});
  const spqr::AuthKey auth_key(base::Bytes<32>{});
  for (const auto direction : {spqr::Direction::initiator_to_recipient, spqr::Direction::recipient_to_initiator}) {
    const spqr::State state = spqr::init(direction, auth_key, 100);
    const auto received = spqr::receive(state, {bytes, size});
    CHECK(message || !received);
    Zeros zeros;
    if (received) CHECK(spqr::send(received->state, zeros).has_value());
  }
  if (!message) return 0;
  // What was read, written anew, reads the same, in no more bytes.
  const auto again = message->serialize();
  CHECK(again.view().size() <= size);
  const auto reread = spqr::Message::parse(again.view());
  CHECK(reread && *reread == *message);
  return 0;
}
