// room: wire
#include "base/check.hpp"
#include "wire/checks.hpp"

using namespace sotto;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const auto introduction = wire::Introduction::parse({bytes, size});
  if (!introduction) return 0;
  const auto again = wire::Introduction::parse(introduction->serialize());
  CHECK(again && again->certificate == introduction->certificate && again->list == introduction->list);
  const auto parsed = wire::rules::parse(*introduction);
  if (parsed) {
    // What was read, written anew, reads the same: nothing is understood in two ways.
    const auto list = wire::DeviceList::parse(parsed->list.serialize());
    CHECK(list && list->order == parsed->list.order && list->devices.size() == parsed->list.devices.size());
    CHECK(wire::AccountCertificate::parse(parsed->certificate.serialize()));
  }
  const auto checked = wire::check_introduction(*introduction);
  CHECK(!checked || parsed);
  return 0;
}
