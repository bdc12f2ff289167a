// room: wire
#include "base/check.hpp"
#include "wire/linking.hpp"

using namespace sotto;

namespace {

/// What was read, written anew, reads the same: nothing is understood in two ways.
template <class Words>
bool read(base::View input) {
  const auto words = Words::parse(input);
  if (!words) return false;
  const base::Blob written = words->serialize();
  const auto again = Words::parse(written);
  CHECK(again && again->serialize() == written);
  return true;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const base::View input(bytes, size);
  int understood = 0;
  understood += read<wire::LinkOffer>(input) ? 1 : 0;
  understood += read<wire::LinkReveal>(input) ? 1 : 0;
  understood += read<wire::LinkPlace>(input) ? 1 : 0;
  understood += read<wire::LinkApplication>(input) ? 1 : 0;
  understood += read<wire::LinkWelcome>(input) ? 1 : 0;
  CHECK(understood <= 1);  // no bytes are two of them
  const wire::LinkCodes codes =
      wire::link_codes({.link = input, .bundle = input, .kem_ciphertext = input, .offer = input, .reveal = input});
  CHECK(codes.first.size() == 6 && codes.second.size() == 6);
  return 0;
}
