#pragma once
#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>

#include "server/bucket.hpp"
#include "server/storage/permits.hpp"

/// Whatever grows because of somebody outside, and how far (design, sections 5, 6, 9).
namespace sotto::server::limits {

constexpr std::size_t envelope = 3u << 19;       // bytes: 1.5 MiB
constexpr std::size_t upload = 2u << 20;         // bytes of a POST /v1/messages
constexpr std::size_t upload_items = 16;         // as many as an account has devices
constexpr std::size_t shared_upload = 2u << 20;  // bytes of a POST /v1/shared-messages
constexpr std::size_t shared_parts = 5'000;      // devices of one of them
constexpr std::size_t shared_total = 64u << 20;  // bytes of all parts as if each held the payload
constexpr std::size_t small_request = 4u << 10;  // bytes of every other body

constexpr std::uint32_t one_time_prekeys = 200;      // of each kind, of one device
constexpr std::uint32_t low_water = 20;              // one-time prekeys of a kind left: the device is told
constexpr std::size_t window_envelopes = 32;         // sent to a device and not acknowledged
constexpr std::size_t window_bytes = 4u << 20;       // the same, in bytes
constexpr std::size_t read_at_once = 256u << 10;     // bytes read of a mailbox before they are sent, but one envelope
constexpr std::size_t pushed_memory = 64u << 20;     // bytes pushed before they are stored, of all devices together
constexpr std::size_t acks = 1024;                   // positions in one frame
constexpr std::size_t client_frame = 16u << 10;      // bytes of one frame from a device
constexpr std::size_t ephemeral_bytes = 256u << 10;  // the same, in bytes
constexpr std::size_t ephemeral_waiting = 16;        // ephemeral envelopes that wait for a slow reader

constexpr std::size_t expired_at_once = 1'000;   // rows of a kind that one transaction drops for their age
constexpr std::uint32_t queue_days = 21;         // an envelope waits
constexpr std::uint32_t spent_key_days = 90;     // a one-time key that was handed out is refused again
constexpr std::uint32_t permit_grace_days = 14;  // a contact permit is good after its successor came
constexpr std::uint32_t contact_permits = 4;     // of an account at a time
constexpr std::uint32_t link_permits = 1'000;
constexpr std::uint32_t group_permits = 2'000;
constexpr std::size_t recent_uploads = 65'536;  // of which a retry is known as one

constexpr std::size_t waiting_devices = 4;          // of an account, for a list that names them
constexpr std::size_t old_tokens = 16;              // of a device, known as a copy's when they come again
constexpr std::uint32_t deletion_days = 7;          // a deletion by the account key alone waits
constexpr std::uint32_t old_backup_days = 14;       // an archive is kept after its successor came
constexpr std::uint32_t blob_days = 30;             // a blob is kept
constexpr std::uint32_t unclaimed_backup_days = 2;  // an archive is kept that no act names

constexpr std::size_t blob_piece = 4u << 20;               // bytes of one request or answer
constexpr std::uint64_t blob_size = 512ull << 20;          // bytes of an attachment
constexpr std::uint64_t backup_size = 16ull << 30;         // bytes of an archive
constexpr std::uint64_t upload_bytes_a_day = 4ull << 30;   // of one account, attachments
constexpr std::uint64_t backup_bytes_a_day = 32ull << 30;  // of one account
constexpr std::size_t grants = 100'000;                    // not yet used up, of all accounts
constexpr std::uint32_t grants_a_day = 200;                // of one account, of all kinds, while few are in use
constexpr std::chrono::hours grant_life{24};
constexpr std::chrono::hours backup_key_life{1};
constexpr std::size_t backup_keys = 10'000;  // not yet expired

constexpr std::size_t rendezvous = 256;                // at a time
constexpr std::size_t rendezvous_bytes = 16u << 20;    // of all of them
constexpr std::size_t rendezvous_message = 64u << 10;  // bytes
constexpr std::size_t rendezvous_messages = 8;         // of both sides of one
constexpr std::chrono::seconds rendezvous_life{120};
constexpr std::chrono::seconds long_poll{25};
constexpr std::size_t long_polls = 20'000;  // requests that wait at a time

constexpr std::uint64_t group_bytes = 64u << 20;                          // of one log
constexpr std::uint64_t group_statements = 200;                           // since the last state entry
constexpr std::size_t group_statement = 8u << 10;                         // bytes
constexpr std::size_t group_read_entries = 256;                           // in one answer
constexpr std::size_t group_read_bytes = 1u << 20;                        // the same, in bytes
constexpr double group_appends_a_second = 1, group_appends_at_once = 60;  // to one log

constexpr double acts_a_second = 1.0 / 10, acts_at_once = 30;                  // of one account
constexpr double new_devices_a_second = 1.0 / 60, new_devices_at_once = 10;    // of one account
constexpr double backup_reads_a_second = 1.0 / 60, backup_reads_at_once = 10;  // of one account

constexpr double knocks_a_second = 1.0 / 60, knocks_at_once = 20;      // by one account
constexpr double look_ups_a_second = 1.0 / 20, look_ups_at_once = 50;  // by one account
constexpr double bundles_a_second = 5, bundles_at_once = 1'000;        // of one account, by class

/// What is done by whoever has shown no right yet.
enum class Deed : std::uint8_t { connection, name_tried, registration, meeting, refusal };
/// How often: from one address (IPv4, or an IPv6 network of 64 bits), and by all together.
struct Allowance {
  Rate one, all;
};
constexpr Allowance allowance(Deed deed) {
  switch (deed) {
    case Deed::connection:  // each a TLS handshake; all together: as many as there is room for
      return {{20, 512}, {1e9, 1e9}};
    case Deed::name_tried:
      return {{0.1, 20}, {1, 100}};
    case Deed::registration:
      return {{0.2, 50}, {20, 200}};
    case Deed::meeting:  // a rendezvous
      return {{1.0 / 30, 10}, {5, 100}};
    case Deed::refusal:  // of a right that is none, and of each entry of a shared message without one
      return {{2, 1'000}, {500, 20'000}};
  }
  return {};
}
constexpr std::size_t addresses = 32'768;         // whose deeds are remembered, counted by deed
constexpr std::size_t refusals_on_credit = 8;     // of one shared message, beside one for each good entry
constexpr std::size_t address_connections = 512;  // at once, from one address

constexpr std::size_t recent_shared_uploads = 4'096;  // the same, of those to many

constexpr std::chrono::minutes challenge{10};         // from begin to register
constexpr std::chrono::milliseconds answer_tick{25};  // after which an anonymous answer leaves
// An envelope waits so long for its device's ack before it is stored. What is left of the tick is for the commit: an
// answer that had to wait for the next tick would tell that somebody is there and did not acknowledge.
constexpr std::chrono::milliseconds memory_first{18};
constexpr std::chrono::milliseconds ack_company{200};  // a deletion waits for another commit to join
constexpr unsigned retry_after = 60;                   // seconds, when a mailbox or the disk is full

/// Grants of one account a day while so many are in use: the fewer are left, the fewer for each, so that those who hold
/// many leave some to those who hold few. By the third power, some 25,000 accounts are needed to leave none; without it
/// 500 were enough, with the first 3,000.
constexpr std::uint32_t grants_a_day_while(std::size_t in_use) {
  const double left = double(grants - std::min(in_use, grants)) / double(grants);
  const double may = grants_a_day * left * left * left;
  return static_cast<std::uint32_t>(may) + (left > 0 && may < grants_a_day ? 1 : 0);
}

/// What one class of permit may use up; none touches another's.
struct Share {
  std::uint64_t envelopes;         // queued for one device
  std::uint64_t bytes;             // the same, in bytes
  std::uint32_t one_time_a_day;    // one-time prekeys of one device, of each kind
  std::uint32_t one_time_reserve;  // left to the other classes
  double sends_a_second;           // to one account, over time
  double sends_at_once;            // and in a burst
  unsigned senders;  // that it is for: one permit, or who knocks, fills the queue to 1/senders at most and
                     // has half of the rate; 1: it is one permit's
};
constexpr Share share(PermitClass permit_class) {
  switch (permit_class) {
    case PermitClass::contact:
      return {10'000, 128u << 20, 100, 0, 100, 10'000, 1};
    case PermitClass::link:
      return {1'000, 16u << 20, 20, 40, 1, 100, 4};
    case PermitClass::group:
      return {10'000, 128u << 20, 20, 40, 100, 10'000, 2};
    case PermitClass::knock:
      return {100, 1u << 20, 5, 60, 0.1, 20, 4};
    case PermitClass::own:
      return {10'000, 64u << 20, 200, 0, 100, 10'000, 1};
  }
  return {};
}

}  // namespace sotto::server::limits
