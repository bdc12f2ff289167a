// room: wire
#include "base/check.hpp"
#include "wire/content.hpp"
#include "wire/padding.hpp"

using namespace sotto;

namespace {

void read(base::View bytes) {
  const auto content = wire::Content::parse(bytes);
  if (!content || !std::holds_alternative<wire::Text>(content->body)) return;
  const auto again = wire::Content::parse(content->serialize());
  CHECK(again && again->message_id == content->message_id && again->sent_at == content->sent_at &&
        again->recipient == content->recipient && again->seq == content->seq &&
        again->seq_start == content->seq_start && again->own_list == content->own_list &&
        again->view == content->view && again->claimed_name == content->claimed_name && again->body == content->body);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const base::View input(bytes, size);
  read(input);
  if (const auto unpadded = wire::unpad(input)) read(*unpadded);
  const base::Blob padded = wire::pad(input);
  const auto back = wire::unpad(padded);
  CHECK(back && base::same(*back, input));
  return 0;
}
