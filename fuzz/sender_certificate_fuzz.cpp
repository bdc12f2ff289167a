// room: relay
#include <array>

#include "base/check.hpp"
#include "relay/sender_certificate.hpp"

using namespace sotto;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  if (const auto server = relay::ServerCertificate::parse({bytes, size})) {
    const auto again = relay::ServerCertificate::parse(server->serialize());
    CHECK(again && again->certificate == server->certificate && again->key == server->key);
  }
  if (const auto sender = relay::SenderCertificate::parse({bytes, size})) {
    const auto again = relay::SenderCertificate::parse(sender->serialize());
    CHECK(again && again->certificate == sender->certificate && again->account == sender->account);
    CHECK(sender->device >= 1 && sender->device <= 127 && sender->account.size() == 36);
    CHECK(again->signer.index() == sender->signer.index() && again->phone_number == sender->phone_number);
    const auto narrow = relay::SenderCertificate::parse_in_profile({bytes, size});
    if (narrow) CHECK(narrow->server({}) != nullptr && !narrow->phone_number);
    static_cast<void>(sender->is_signed_under(std::array{sender->identity_key}));
  }
  return 0;
}
