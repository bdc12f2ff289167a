// room: protocol
#include "base/check.hpp"
#include "protocol/decryption_error/plaintext_content.hpp"

using namespace sotto;

namespace {

void check(const protocol::DecryptionErrorMessage& error) {
  const auto again = protocol::DecryptionErrorMessage::parse(error.serialize());
  CHECK(again && again->ratchet_key == error.ratchet_key);
  CHECK(again->timestamp_ms == error.timestamp_ms && again->device_id == error.device_id);
  CHECK(protocol::PlaintextContent::carrying(error).decryption_error());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  if (const auto error = protocol::DecryptionErrorMessage::parse({bytes, size})) check(*error);
  if (const auto content = protocol::PlaintextContent::parse({bytes, size})) {
    CHECK(base::same(content->serialize(), {bytes, size}));
    if (const auto error = content->decryption_error()) check(*error);
  }
  for (const auto type : {protocol::ContentType::signal, protocol::ContentType::prekey}) {
    if (const auto error = protocol::DecryptionErrorMessage::about(type, {bytes, size}, 1, 1)) check(*error);
  }
  return 0;
}
