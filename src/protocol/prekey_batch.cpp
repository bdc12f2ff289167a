#include "protocol/prekey_batch.hpp"

namespace sotto::protocol {

PreKeyBatch make_prekey_batch(const PreKeyBatchRequest& request, const crypto::PrivateKey& identity,
                              base::Random& random) {
  PreKeyBatch batch;
  batch.one_time.reserve(request.count);
  batch.kyber.reserve(request.count);
  for (std::uint32_t i = 0; i < request.count; ++i) {
    const auto one_time = OneTimePreKey::generate(PreKeyId(request.first_one_time_id.value + i), random);
    batch.one_time.push_back({one_time.id, one_time.keys.public_key, one_time.serialize()});
    const auto kyber =
        KyberPreKey::generate(KyberPreKeyId(request.first_kyber_id.value + i), identity, request.created_ms, random);
    batch.kyber.push_back({kyber.id, kyber.keys.public_key, kyber.signature, kyber.serialize()});
  }
  return batch;
}

}  // namespace sotto::protocol
