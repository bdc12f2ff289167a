#pragma once
#include <cstddef>
#include <cstdint>

#include "base/time.hpp"

/// When keys are replaced, by count and by time: the one place that says so (design, sections 3, 5 and 6). Pure: who
/// asks brings the ages and the counts, and does what is due.
namespace sotto::client::rotation {

/// The limits. Times are milliseconds.
struct Policy {
  // Signed prekey and last-resort Kyber prekey.
  std::int64_t medium_term_ms = 2 * base::ms_per_day;
  std::int64_t keep_private_ms = 30 * base::ms_per_day;  // old private halves, and their replay log

  // Sessions: a sending chain that no answer turned is followed by a new PQXDH.
  std::uint64_t chain_messages = 1'000;
  std::int64_t chain_ms = 7 * base::ms_per_day;

  // One-time prekeys, of each kind.
  std::size_t one_time_target = 100;  // in the directory
  std::size_t max_one_time = 1'000;   // private halves: whatever a server says is left
  // They are topped up once in each of these spans, however many are taken: whoever takes them learns nothing of when
  // the device is there.
  std::int64_t refill_ms = base::ms_per_day / 4;

  // Permits: registered for good_for_days, all of them anew each month.
  std::int64_t permits_ms = 30 * base::ms_per_day;
  std::uint32_t permit_good_for_days = 365;

  // An account key that was followed by another vouches for certificates this long.
  std::int64_t earlier_account_key_ms = 30 * base::ms_per_day;

  /// Whether this long has passed. A time that lies as far ahead is of a clock that was wrong, and counts no more.
  static constexpr bool is_past(base::Timestamp since, base::Timestamp now, std::int64_t span_ms) {
    return now.ms - since.ms >= span_ms || since.ms - now.ms >= span_ms;
  }
  /// Whether signed and last-resort prekeys are to be made anew; a device that has none is due at once.
  constexpr bool is_medium_term_due(const base::Timestamp* made, base::Timestamp now) const {
    return made == nullptr || is_past(*made, now, medium_term_ms);
  }
  /// Private halves that are older than this are forgotten.
  constexpr base::Timestamp oldest_private(base::Timestamp now) const { return {now.ms - keep_private_ms}; }
  /// Whether a session is to be followed by a new one: `sent` messages have left its sending chain, the first at
  /// `since`.
  constexpr bool is_chain_spent(std::uint64_t sent, base::Timestamp since, base::Timestamp now) const {
    return sent >= chain_messages || (sent > 0 && is_past(since, now, chain_ms));
  }
  /// How many one-time prekeys to make: topped up in one go, when half is gone.
  constexpr std::size_t one_time_lacking(std::size_t left) const {
    return left >= one_time_target / 2 ? 0 : one_time_target - left;
  }
  /// When the span ends in which `last` lies; `phase` is the device's own shift of them all.
  constexpr base::Timestamp next_refill(base::Timestamp last, std::int64_t phase) const {
    return {((last.ms - phase) / refill_ms + 1) * refill_ms + phase};
  }
  /// Whether a device that looked after its one-time prekeys at `last` is to do so again. A clock that went back by
  /// more than a span must not close it.
  constexpr bool is_refill_due(base::Timestamp last, std::int64_t phase, base::Timestamp now) const {
    return now >= next_refill(last, phase) || now.ms < last.ms - refill_ms;
  }
  /// Whether all permits are to be registered again; `last` is 0 when they never were.
  constexpr bool are_permits_due(base::Timestamp last, base::Timestamp now) const {
    return last.ms == 0 || is_past(last, now, permits_ms);
  }
  /// The last day that the server takes a permit registered now.
  constexpr base::Day last_day_of_permit(base::Timestamp now) const {
    return {base::day_of(now).value + permit_good_for_days};
  }
  /// Until when an account key counts that was followed by another one now.
  constexpr base::Timestamp earlier_key_counts_until(base::Timestamp now) const {
    return {now.ms + earlier_account_key_ms};
  }
};

constexpr Policy policy;

}  // namespace sotto::client::rotation
