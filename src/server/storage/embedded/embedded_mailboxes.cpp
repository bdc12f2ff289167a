#include "server/storage/embedded/embedded_mailboxes.hpp"

namespace sotto::server {
Position EmbeddedMailboxes::next_position() {
  // The reservation is ahead by half a block: it is durable long before the first of its positions is given, because
  // whatever is stored under one comes after it in the writer's queue.
  if (next_ + block / 2 >= reserved_) {
    reserved_ = next_ + block;
    std::function<void(Database&)> work = [below = reserved_](Database& database) {
      tables::reserve_positions(database, below);
    };
    engine_.writer.start(std::move(work));
  }
  return next_++;
}

asio::awaitable<Stored<Kept>> EmbeddedMailboxes::store(NewEnvelopes envelopes) {
  std::function<Kept(Database&)> work = [&counts = counts_, envelopes = std::move(envelopes)](Database& database) {
    return tables::store(database, counts, envelopes);
  };
  return engine_.writer.run(std::move(work));
}

void EmbeddedMailboxes::keep(NewEnvelopes envelopes, net::Handler<Stored<Kept>> done) {
  std::function<Kept(Database&)> work = [&counts = counts_, envelopes = std::move(envelopes)](Database& database) {
    return tables::store(database, counts, envelopes);
  };
  engine_.writer.start(std::move(work), std::move(done));
}

asio::awaitable<Stored<std::vector<Kept>>> EmbeddedMailboxes::store_shared(SharedEnvelopes envelopes) {
  std::function<std::vector<Kept>(Database&)> work = [&counts = counts_,
                                                      envelopes = std::move(envelopes)](Database& database) {
    return tables::store_shared(database, counts, envelopes);
  };
  return engine_.writer.run(std::move(work));
}

asio::awaitable<Stored<void>> EmbeddedMailboxes::acknowledge(DeviceRow device, std::vector<Position> positions) {
  std::function<void(Database&)> work = [&counts = counts_, device,
                                         positions = std::move(positions)](Database& database) {
    tables::acknowledge(database, counts, device, positions);
  };
  return engine_.writer.run(std::move(work), Urgency::patient);
}

}  // namespace sotto::server
