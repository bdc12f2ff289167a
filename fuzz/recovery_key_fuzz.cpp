// room: wire
#include "base/check.hpp"
#include "wire/recovery_key.hpp"

using namespace sotto;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const auto key = wire::parse_recovery_key(base::text({bytes, size}));
  if (!key) {
    CHECK(!key.error().message.empty());
    return 0;
  }
  const auto is_same = [&](std::string_view text) {
    const auto again = wire::parse_recovery_key(text);
    return again && base::same(again->expose(), key->expose());  // a key of the corpus is nobody's
  };
  CHECK(is_same(wire::to_text(*key)));
  CHECK(is_same(wire::to_qr_text(*key)));
  std::string words;
  for (const std::string& word : wire::to_words(*key)) words += word + ' ';
  CHECK(is_same(words));
  return 0;
}
