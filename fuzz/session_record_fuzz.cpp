// room: protocol
#include "base/check.hpp"
#include "protocol/session/record.hpp"

using namespace sotto;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const auto record = protocol::Record::parse({bytes, size});
  if (!record) return 0;
  const auto again = protocol::Record::parse(record->serialize().expose());
  CHECK(again && base::same(again->serialize().expose(), record->serialize().expose()));
  for (std::size_t i = 0; i < record->archived_count(); ++i) static_cast<void>(record->archived(i));
  CHECK(record->with_current_archived().archived_count() <= protocol::max_archived);
  return 0;
}
