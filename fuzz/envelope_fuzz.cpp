// room: wire
#include "base/check.hpp"
#include "wire/envelope.hpp"

using namespace sotto;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const auto envelope = wire::Envelope::parse({bytes, size});
  if (!envelope) return 0;
  CHECK(envelope->kind == wire::EnvelopeKind::signal || envelope->kind == wire::EnvelopeKind::prekey);
  const auto again = wire::Envelope::parse(envelope->serialize());
  CHECK(again && again->kind == envelope->kind && again->message == envelope->message);
  return 0;
}
