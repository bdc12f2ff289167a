// room: server
// Every request that a server parses, by the parser that its route uses: a WebSocket frame, the protobuf bodies, a
// registration and an upload of prekeys.
#include <cstdint>

#include "relay/sent_message.hpp"
#include "server/sending/parse.hpp"
#include "wire/frames.pb.h"
#include "wire/prekeys.hpp"
#include "wire/registration.hpp"

namespace {

using namespace sotto;

template <class Message>
void read(base::View bytes) {
  Message message;
  if (!message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) return;
  std::string again;
  message.SerializeToString(&again);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const base::View input(bytes, size);
  (void)server::parse_letter(base::blob(input));
  wire::frames::SharedSendRequest shared;
  if (shared.ParseFromArray(bytes, static_cast<int>(size)))
    (void)relay::SentMessage::parse(base::view(shared.message()));
  read<wire::frames::BundleRequest>(input);
  read<wire::frames::ClientFrame>(input);
  if (const auto upload = wire::PrekeyUpload::parse(input)) {
    // What was read is written as itself; only fields from 64 on, which are ignored, are gone then.
    const auto again = wire::PrekeyUpload::parse(upload->serialize());
    if (!again || again->serialize() != upload->serialize()) __builtin_trap();
  }
  if (const auto peeked = wire::peek_registration(input)) {
    const wire::RegistrationExpectation expectation{
        .authority = "chat.example:443", .mailbox_id = peeked->mailbox_id, .challenge = peeked->challenge};
    (void)wire::check_registration(input, expectation);
  }
  return 0;
}
