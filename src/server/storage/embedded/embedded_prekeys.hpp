#pragma once
#include "server/storage/embedded/engine.hpp"
#include "server/storage/embedded/prekey_tables.hpp"

namespace sotto::server {

class EmbeddedPrekeys final : public PrekeyStorage {
 public:
  explicit EmbeddedPrekeys(Engine engine) : engine_(engine) {}

  asio::awaitable<Stored<PrekeysPut>> put(DeviceRow device, wire::PrekeyUpload upload, base::Bytes<32> upload_hash,
                                          base::Day day) override {
    return engine_.write(tables::put_prekeys, device, std::move(upload), upload_hash, day);
  }
  asio::awaitable<Stored<TakenBundles>> take(AccountRow account, PermitClass for_class, base::Day day) override {
    return engine_.write(tables::take_bundles, account, for_class, day);
  }

 private:
  Engine engine_;
};

}  // namespace sotto::server
