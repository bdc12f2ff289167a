#pragma once
#include "server/storage/embedded/engine.hpp"
#include "server/storage/embedded/mailbox_tables.hpp"

namespace sotto::server {

class EmbeddedMailboxes final : public MailboxStorage {
 public:
  static constexpr Position block = 1u << 20;  // positions reserved at once

  /// Positions from `first` on are free, and a block of them is reserved.
  EmbeddedMailboxes(Engine engine, QueueCounts& counts, Position first)
      : engine_(engine), counts_(counts), next_(first), reserved_(first + block) {}

  Position next_position() override;
  asio::awaitable<Stored<Kept>> store(NewEnvelopes envelopes) override;
  void keep(NewEnvelopes envelopes, net::Handler<Stored<Kept>> done) override;
  asio::awaitable<Stored<std::vector<Kept>>> store_shared(SharedEnvelopes envelopes) override;
  asio::awaitable<Stored<std::vector<QueuedEnvelope>>> queued(DeviceRow device, Position after, std::size_t max_count,
                                                              std::size_t max_bytes) override {
    return engine_.read(tables::queued, device, after, max_count, max_bytes);
  }
  asio::awaitable<Stored<void>> acknowledge(DeviceRow device, std::vector<Position> positions) override;
  asio::awaitable<Stored<std::vector<std::uint64_t>>> recent_uploads(std::size_t max) override {
    return engine_.read(tables::recent_uploads, max);
  }

 private:
  Engine engine_;
  QueueCounts& counts_;  // of the writer's thread
  Position next_;
  Position reserved_;
};

}  // namespace sotto::server
