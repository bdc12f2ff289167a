// room: wire
#include "base/check.hpp"
#include "wire/acts.hpp"
#include "wire/device_return.hpp"

using namespace sotto;

namespace {

template <class Body>
void check_body(base::View bytes) {
  const auto body = Body::parse(bytes);
  if (!body) return;
  // What was read, written anew, reads the same: nothing is understood in two ways.
  const auto again = Body::parse(body->serialize());
  CHECK(again && again->serialize() == body->serialize());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const base::View input(bytes, size);
  check_body<wire::ActRequest>(input);
  const auto parsed = wire::parse_act(input);
  const base::View body = parsed ? base::View(parsed->request.body) : input;
  check_body<wire::ListBody>(body);
  check_body<wire::NameBody>(body);
  check_body<wire::BackupBody>(body);
  check_body<wire::BackupAccess>(body);
  check_body<wire::DeviceReturn>(body);
  check_body<wire::DeviceReturnRequest>(input);
  const auto list = wire::ListBody::parse(body);
  if (!parsed || !list || !list->certificate) return 0;
  const wire::Introduction held{.certificate = *list->certificate, .list = list->list};
  const auto checked = wire::check_list_act(*parsed, *list, held, "chat.example:443");
  CHECK(!checked || checked->is_succession);
  return 0;
}
