#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>

/// Whatever grows because of somebody outside, and how far (design, sections 5, 9).
namespace sotto::server::limits {

constexpr std::size_t envelope = 3u << 19;           // bytes: 1.5 MiB
constexpr std::size_t upload = 2u << 20;             // bytes of a POST /v1/messages
constexpr std::size_t upload_items = 16;             // as many as an account has devices
constexpr std::size_t small_request = 4u << 10;      // bytes of every other body
constexpr std::uint64_t mailbox_envelopes = 10'000;  // queued for one device
constexpr std::uint64_t mailbox_bytes = 256u << 20;  // queued for one device
constexpr std::uint32_t one_time_prekeys = 200;      // of each kind, of one device
constexpr std::size_t window_envelopes = 32;         // sent to a device and not acknowledged
constexpr std::size_t window_bytes = 4u << 20;       // the same, in bytes
constexpr std::size_t acks = 1024;                   // positions in one frame
constexpr std::size_t client_frame = 16u << 10;      // bytes of one frame from a device
constexpr std::uint32_t queue_days = 21;             // an envelope waits, an idempotency key is known
constexpr std::uint32_t spent_key_days = 90;         // a one-time key that was handed out is refused again
constexpr std::chrono::minutes challenge{10};        // from begin to register
constexpr unsigned retry_after = 60;                 // seconds, when a mailbox or the disk is full

}  // namespace sotto::server::limits
