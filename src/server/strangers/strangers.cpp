#include "server/strangers/strangers.hpp"

namespace sotto::server {
namespace {

using limits::Deed;

/// The last address: the one that the proxy itself saw. What stands before it, anybody may have written.
std::optional<net::Origin> forwarded_for(const std::vector<net::Header>& headers) {
  constexpr std::string_view name = "x-forwarded-for";
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  std::string_view said;
  for (const net::Header& header : headers) {
    if (std::ranges::equal(header.name, name, {}, lower)) said = header.value;
  }
  return net::parse_origin(said.substr(said.rfind(',') + 1));
}

}  // namespace

Strangers::Strangers(net::Clock& clock, base::Random& random, StrangersOptions options)
    : clock_(clock), options_(options), names_(random), of_all_{} {
  for (std::size_t i = 0; i < deeds; ++i)
    of_all_[i] = Bucket::full(limits::allowance(static_cast<Deed>(i)).all, clock_.monotonic());
}

std::optional<Stranger> Strangers::who_asks(const net::Caller& caller) const {
  if (!options_.per_address || !caller.origin || caller.origin->is_loopback()) return std::nullopt;
  return names_.of(*caller.origin);
}

std::optional<Stranger> Strangers::who_asks(const net::Caller& caller, const net::Request& head) const {
  if (caller.origin || !options_.believes_forwarded_for) return who_asks(caller);
  return who_asks({.origin = forwarded_for(head.headers)});
}

bool Strangers::enter(const net::Caller& caller) {
  const auto stranger = who_asks(caller);
  if (!stranger) return true;
  const auto standing = connections_.find(stranger->value);
  const bool is_full = standing != connections_.end() && standing->second >= options_.connections_per_address;
  if (is_full || wait_before(Deed::connection, stranger) > 0) {
    ++turned_away_;
    return false;
  }
  ++connections_[stranger->value];
  return true;
}

void Strangers::leave(const net::Caller& caller) {
  const auto stranger = who_asks(caller);
  if (!stranger) return;
  const auto standing = connections_.find(stranger->value);
  if (standing != connections_.end() && --standing->second == 0) connections_.erase(standing);
}

unsigned Strangers::wait_before(Deed deed, std::optional<Stranger> from) {
  const net::Duration now = clock_.monotonic();
  if (from) {
    const unsigned wait = buckets_.take(deed, *from, now, 1);
    if (wait > 0) return wait;
  }
  return of_all_[static_cast<std::size_t>(deed)].take(limits::allowance(deed).all, now, 1);
}

unsigned Strangers::wait_of(Deed deed, std::optional<Stranger> from) const {
  return from ? buckets_.wait_for(deed, *from, clock_.monotonic()) : 0;
}

void Strangers::note(Deed deed, std::optional<Stranger> from, std::size_t count) {
  const net::Duration now = clock_.monotonic();
  for (; from && count > 0; --count) static_cast<void>(buckets_.take(deed, *from, now, 1));
}

}  // namespace sotto::server
