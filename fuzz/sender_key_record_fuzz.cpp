// room: protocol
#include "base/check.hpp"
#include "protocol/sender_key/record.hpp"

using namespace sotto;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const auto record = protocol::SenderKeyRecord::parse({bytes, size});
  if (!record) return 0;
  CHECK(base::same(record->serialize().expose(), {bytes, size}));  // one spelling for each record
  CHECK(record->size() <= protocol::max_sender_key_states);
  if (record->first() != nullptr) CHECK(record->with_first(record->first()->clone()).size() == record->size());
  return 0;
}
