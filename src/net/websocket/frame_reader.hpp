#pragma once
#include <memory>
#include <optional>
#include <variant>

#include "base/result.hpp"
#include "net/websocket.hpp"
#include "net/websocket/frame.hpp"

namespace sotto::net {

/// What the remote end said: a whole message, or a frame that is no part of one.
struct Message {
  base::Blob bytes;
};
struct Ping {
  base::Blob bytes;  // to be sent back
};
struct Pong {};
struct Goodbye {
  CloseReason reason;  // none_given if it gave none
};
using Said = std::variant<Message, Ping, Pong, Goodbye>;

/// A rule that the remote end broke, and the code to say so with.
struct FrameFault {
  std::uint16_t code;  // protocol_error, unacceptable, not_utf8, too_large
  const char* rule;    // for people
};

/// The receiving side of a WebSocket: bytes in, cut anywhere, out what they say. Between two frames it holds nothing.
/// Strict: masks from clients only, no reserved bits, no unknown opcodes, lengths in their shortest form, control
/// frames whole and short, binary messages only; a message over the limit is refused by its header, before it takes
/// memory. After a fault nothing more may be read.
class FrameReader {
 public:
  /// sender         who writes what is read
  /// message_limit  bytes of one message, whatever its frames
  FrameReader(End sender, std::size_t message_limit);
  ~FrameReader();
  FrameReader(const FrameReader&) = delete;
  FrameReader& operator=(const FrameReader&) = delete;

  /// Takes from the front of `bytes` what it needs.
  ///
  /// returns  the next thing said; nothing if that is not yet whole, and `bytes` is empty then
  /// errors   the rule that is broken
  base::Result<std::optional<Said>, FrameFault> read(base::View& bytes);

 private:
  template <class T>
  using Checked = base::Result<T, FrameFault>;
  struct Piece;
  class Source;

  Checked<std::optional<Piece>> next_piece(base::View& bytes);
  Checked<void> begin_frame(const Piece& piece);
  Checked<std::optional<Said>> take(const Piece& piece);
  Checked<std::optional<Said>> end_control(Opcode opcode);
  Checked<std::optional<Said>> end_data(bool is_last);

  End sender_;
  std::size_t message_limit_;
  std::unique_ptr<Source> source_;  // while a frame is under way
  base::Blob message_;              // of its frames so far
  base::Blob control_;              // of the control frame under way
  std::uint64_t frame_left_ = 0;    // bytes of the frame under way that are still to come
  bool is_in_frame_ = false;        // its header was judged, its payload is not all there
  bool is_in_message_ = false;
};

}  // namespace sotto::net
