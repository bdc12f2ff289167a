// room: relay
#include "base/check.hpp"
#include "relay/sent_message.hpp"

using namespace sotto;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const auto message = relay::SentMessage::parse({bytes, size});
  if (!message) return 0;
  CHECK(message->shared.size() >= 32 && message->recipients.size() <= message->entries);
  for (const auto& recipient : message->recipients) {
    CHECK(recipient.service_id[0] <= 1);
    for (const auto& device : recipient.devices) {
      CHECK(device.device >= 1 && device.device <= 127 && device.registration_id <= 0x3FFF);
    }
    if (recipient.is_excluded()) continue;
    const base::Blob received = message->received_by(recipient);
    CHECK(received[0] == 0x22 && received.size() == 49 + message->shared.size());
  }
  return 0;
}
