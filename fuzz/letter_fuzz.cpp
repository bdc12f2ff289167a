// room: server
#include "base/check.hpp"
#include "server/sending/parse.hpp"
#include "wire/frames.pb.h"

using namespace sotto;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const base::Blob body(bytes, bytes + size);
  const auto letter = server::parse_letter(body);
  if (!letter) {
    CHECK(letter.error().status == 400 || letter.error().status == 413);
    return 0;
  }
  for (const server::Letter::Item& item : letter->items) CHECK(item.envelope);
  // Against no devices every item is one too many, and there is nothing else to say.
  const server::Mismatch mismatch = server::mismatch(*letter, {});
  CHECK(mismatch.extra.size() == letter->items.size() && mismatch.missing.empty() && mismatch.stale.empty());
  return 0;
}
