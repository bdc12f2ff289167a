// room: protocol
#include "base/check.hpp"
#include "protocol/sender_key/distribute.hpp"

using namespace sotto;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const auto message = protocol::SenderKeyDistributionMessage::parse({bytes, size});
  if (!message) return 0;
  const auto again = protocol::SenderKeyDistributionMessage::parse(message->serialize().expose());
  CHECK(again && base::same(again->serialize().expose(), message->serialize().expose()));

  const auto record = protocol::process_distribution({}, *message);
  const auto twice = protocol::process_distribution(record, *again);
  CHECK(record.size() == 1 && twice.size() == 1);
  CHECK(base::same(record.serialize().expose(), twice.serialize().expose()));
  CHECK(record.first()->chain.iteration == message->iteration && !record.first()->own_signing_key);
  return 0;
}
