// room: wire
#include "base/check.hpp"
#include "wire/prekeys.hpp"

using namespace sotto;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const base::View input(bytes, size);
  if (const auto upload = wire::PrekeyUpload::parse(input)) {
    CHECK(upload->one_time.size() <= wire::max_one_time_prekeys);
    CHECK(upload->one_time_kyber.size() <= wire::max_one_time_prekeys);
    const base::Blob again = upload->serialize();
    const auto reread = wire::PrekeyUpload::parse(again);
    CHECK(reread && reread->serialize() == again);
    const crypto::PublicKey nobody(base::Bytes<32>{9});
    static_cast<void>(upload->is_signed_by(nobody));
  }
  if (const auto bundle = wire::DeviceBundle::parse(input)) {
    const base::Blob again = bundle->serialize();
    const auto reread = wire::DeviceBundle::parse(again);
    CHECK(reread && reread->serialize() == again && reread->identity_key == bundle->identity_key);
  }
  return 0;
}
