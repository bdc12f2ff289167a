#include "server/mailbox/delivery.hpp"

#include <algorithm>

#include "net/event.hpp"
#include "server/limits.hpp"

namespace sotto::server {

/// One upload on its way through memory.
class Flight {
 public:
  Flight(asio::any_io_executor executor, const Upload& of, std::shared_ptr<std::size_t> in_memory)
      : day(of.day),
        upload(of.name),
        remaining_(of.envelopes.size()),
        landed_(std::move(executor)),
        in_memory_(std::move(in_memory)) {
    for (const Addressed& addressed : of.envelopes) size_ += addressed.bytes->size();
    *in_memory_ += size_;
  }
  ~Flight() { *in_memory_ -= size_; }  // with the last envelope that waits to be sent
  Flight(const Flight&) = delete;
  Flight& operator=(const Flight&) = delete;

  void land(std::optional<StorageProblem> problem = std::nullopt) {
    if (problem) problem_ = problem;
    if (--remaining_ == 0) landed_.ring();
  }
  asio::awaitable<void> landed() {
    while (remaining_ > 0) co_await landed_.wait();
  }
  const std::optional<StorageProblem>& problem() const { return problem_; }

  const base::Day day;
  const std::uint64_t upload;

 private:
  std::size_t remaining_;
  net::Event landed_;
  std::optional<StorageProblem> problem_;
  std::size_t size_ = 0;
  std::shared_ptr<std::size_t> in_memory_;  // shared with the Delivery, which may end first
};

namespace {

/// Who reads slowly misses what is not kept.
bool has_room_for_ephemeral(const Seat& seat, std::size_t size) {
  std::size_t bytes = size;
  for (const MemoryEnvelope& waiting : seat.to_push) {
    if (waiting.position == 0) bytes += waiting.bytes->size();
  }
  return seat.to_push.size() < limits::ephemeral_waiting && bytes <= limits::ephemeral_bytes;
}

}  // namespace

struct Delivery::Expiring {
  net::Duration at;
  std::weak_ptr<Seat> seat;
  Position position;
};

Delivery::Delivery(Storage& storage, MailboxHub& hub, net::Clock& clock, net::Timer& timer)
    : storage_(storage), hub_(hub), clock_(clock), timer_(timer) {}
Delivery::~Delivery() = default;

asio::awaitable<Stored<Kept>> Delivery::deliver(Upload upload) {
  if (can_be_pushed(upload)) co_return co_await push(std::move(upload));
  NewEnvelopes envelopes{.envelopes = {}, .upload = upload.name, .day = upload.day};
  for (const Addressed& addressed : upload.envelopes) {
    if (const auto seat = hub_.find(addressed.device)) {
      keep_all(*seat);
      seat->is_live = false;
    }
    envelopes.envelopes.push_back({.device = addressed.device,
                                   .position = storage_.mailboxes().next_position(),
                                   .permit_class = addressed.permit_class,
                                   .bytes = addressed.bytes,
                                   .sender = addressed.sender});
  }
  co_return co_await store(std::move(envelopes));
}

bool Delivery::can_be_pushed(const Upload& upload) const {
  if (*in_memory_ >= limits::pushed_memory) return false;
  return std::ranges::all_of(upload.envelopes, [this](const Addressed& addressed) {
    const auto seat = hub_.find(addressed.device);
    return seat && seat->deletes && seat->is_live && !seat->leave && seat->has_room();
  });
}

asio::awaitable<Stored<Kept>> Delivery::push(Upload upload) {
  const auto flight = std::make_shared<Flight>(timer_.executor(), upload, in_memory_);
  const net::Duration expires = clock_.monotonic() + limits::memory_first;
  for (const Addressed& addressed : upload.envelopes) {
    const auto seat = hub_.find(addressed.device);
    MemoryEnvelope envelope{.position = storage_.mailboxes().next_position(),
                            .permit_class = addressed.permit_class,
                            .bytes = addressed.bytes,
                            .flight = flight,
                            .sender = addressed.sender};
    expiring_.push_back({.at = expires, .seat = seat, .position = envelope.position});
    seat->put_in_window(envelope.position, envelope.bytes->size());
    ++counts_.pushed;
    seat->unsettled.emplace(envelope.position, envelope);
    seat->to_push.push_back(std::move(envelope));
    seat->change();
  }
  if (!alarm_) arm();
  co_await flight->landed();
  if (flight->problem()) co_return *flight->problem();
  co_return Kept::stored;
}

asio::awaitable<Stored<Kept>> Delivery::store(NewEnvelopes envelopes) {
  std::vector<DeviceRow> devices;
  for (const NewEnvelope& envelope : envelopes.envelopes) devices.push_back(envelope.device);
  for (const DeviceRow device : devices) begin_storing(device);
  const auto kept = co_await storage_.mailboxes().store(std::move(envelopes));
  if (kept && *kept == Kept::stored) counts_.stored += devices.size();
  for (const DeviceRow device : devices) {
    end_storing(device);
    hub_.wake(device);
  }
  co_return kept;
}

asio::awaitable<Stored<std::vector<Kept>>> Delivery::deliver_shared(SharedEnvelopes envelopes) {
  std::vector<DeviceRow> devices;
  for (SharedEnvelopes::Part& part : envelopes.parts) {
    if (const auto seat = hub_.find(part.device)) {
      keep_all(*seat);
      seat->is_live = false;
    }
    part.position = storage_.mailboxes().next_position();
    devices.push_back(part.device);
    begin_storing(part.device);
  }
  const auto kept = co_await storage_.mailboxes().store_shared(std::move(envelopes));
  if (kept) counts_.stored += static_cast<std::uint64_t>(std::ranges::count(*kept, Kept::stored));
  for (const DeviceRow device : devices) {
    end_storing(device);
    hub_.wake(device);
  }
  co_return kept;
}

void Delivery::pass_on(const Upload& upload) {
  for (const Addressed& addressed : upload.envelopes) {
    const auto seat = hub_.find(addressed.device);
    if (!seat || !has_room_for_ephemeral(*seat, addressed.bytes->size())) continue;
    seat->to_push.push_back(
        {.position = 0, .permit_class = addressed.permit_class, .bytes = addressed.bytes, .flight = nullptr});
    seat->change();
  }
}

bool Delivery::settle(Seat& seat, Position position) {
  ++counts_.acknowledged;
  const auto found = seat.unsettled.find(position);
  if (found == seat.unsettled.end()) return false;
  const auto flight = found->second.flight;
  seat.unsettled.erase(found);
  flight->land();
  return true;
}

void Delivery::abandon(const std::shared_ptr<Seat>& seat) {
  seat->is_live = false;
  keep_all(*seat);
}

// What was pushed from memory goes to the storage

void Delivery::keep_all(Seat& seat) {
  std::vector<MemoryEnvelope> envelopes;
  for (const auto& [position, envelope] : seat.unsettled) envelopes.push_back(envelope);
  seat.unsettled.clear();
  if (!envelopes.empty()) keep(seat, std::move(envelopes));
}

void Delivery::keep(Seat& seat, std::vector<MemoryEnvelope> envelopes) {
  NewEnvelopes stored{.envelopes = {},
                      .upload = envelopes.front().flight->upload,
                      .day = envelopes.front().flight->day,
                      .respects_limits = false};
  std::vector<std::shared_ptr<Flight>> flights;
  for (MemoryEnvelope& envelope : envelopes) {
    stored.envelopes.push_back({.device = seat.device,
                                .position = envelope.position,
                                .permit_class = envelope.permit_class,
                                .bytes = envelope.bytes,
                                .sender = envelope.sender});
    flights.push_back(std::move(envelope.flight));
  }
  begin_storing(seat.device);
  // In the storage's queue before this returns, and so before whatever is stored next.
  storage_.mailboxes().keep(
      std::move(stored),
      net::Handler<Stored<Kept>>([this, device = seat.device, flights = std::move(flights)](Stored<Kept> kept) {
        end_storing(device);
        hub_.wake(device);
        if (kept && *kept == Kept::stored) counts_.stored += flights.size();
        for (const auto& flight : flights) {
          if (kept) {
            flight->land();  // no_such_device: it was removed meanwhile, as if it had read it and then gone
          } else {
            flight->land(kept.error());
          }
        }
      }));
}

void Delivery::arm() {
  alarm_ = timer_.after(std::max(net::Duration(0), expiring_.front().at - clock_.monotonic()), [this] { expire(); });
}

void Delivery::expire() {
  alarm_.reset();
  const net::Duration now = clock_.monotonic();
  while (!expiring_.empty() && expiring_.front().at <= now) {
    const Expiring next = std::move(expiring_.front());
    expiring_.pop_front();
    const auto seat = next.seat.lock();
    if (!seat) continue;
    const auto found = seat->unsettled.find(next.position);
    if (found == seat->unsettled.end()) continue;
    std::vector<MemoryEnvelope> late{std::move(found->second)};
    seat->unsettled.erase(found);
    keep(*seat, std::move(late));
  }
  if (!expiring_.empty()) arm();
}

void Delivery::begin_storing(DeviceRow device) {
  ++storing_[device.value];
  if (const auto seat = hub_.find(device)) ++seat->stores_begun;
}

void Delivery::end_storing(DeviceRow device) {
  const auto found = storing_.find(device.value);
  if (--found->second == 0) storing_.erase(found);
}

}  // namespace sotto::server
