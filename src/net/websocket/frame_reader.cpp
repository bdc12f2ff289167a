#include "net/websocket/frame_reader.hpp"

#include <wslay/wslay.h>

#include "base/check.hpp"
#include "wire/utf8.hpp"

namespace sotto::net {
namespace {

constexpr FrameFault broken_frame{close_code::protocol_error, "a frame that is not one"};

std::uint64_t header_size(const wslay_frame_iocb& frame) {
  const std::uint64_t of_length = frame.payload_length < 126 ? 0 : frame.payload_length <= 0xFFFF ? 2 : 8;
  return 2 + of_length + (frame.mask ? 4 : 0);
}

/// RFC 6455, section 7.4: what may be said in a frame.
bool may_be_said(unsigned code) {
  if (code >= 3000 && code <= 4999) return true;
  return code >= 1000 && code <= 1014 && code != 1004 && code != 1005 && code != 1006;
}

bool is_control(Opcode opcode) { return opcode >= Opcode::close; }

base::Result<CloseReason, FrameFault> parse_reason(base::View payload) {
  if (payload.empty()) return CloseReason{.code = close_code::none_given};
  if (payload.size() == 1) return FrameFault{close_code::protocol_error, "half a close code"};
  const auto code = static_cast<std::uint16_t>(payload[0] << 8 | payload[1]);
  if (!may_be_said(code)) return FrameFault{close_code::protocol_error, "a close code that nobody may send"};
  std::string text = base::text(payload.subspan(2));
  if (!wire::is_utf8(text)) return FrameFault{close_code::not_utf8, "a reason that is not UTF-8"};
  return CloseReason{.code = code, .text = std::move(text)};
}

}  // namespace

/// Some of one frame's payload; all of it if the frame is empty.
struct FrameReader::Piece {
  wslay_frame_iocb frame;
  base::View payload;
};

/// wslay's side of one or more frames. It reads ahead into a buffer of four KiB, so it is made when bytes come and let
/// go where a frame ends and nothing was read beyond it: who waits for nothing holds nothing.
class FrameReader::Source {
 public:
  Source() { CHECK(wslay_frame_context_init(&context_, &callbacks, this) == 0); }
  ~Source() { wslay_frame_context_free(context_); }
  Source(const Source&) = delete;
  Source& operator=(const Source&) = delete;

  /// returns  nothing if more bytes are needed
  Checked<std::optional<Piece>> next(base::View& bytes) {
    bytes_ = &bytes;
    wslay_frame_iocb frame{};
    const ssize_t size = wslay_frame_recv(context_, &frame);
    if (size == WSLAY_ERR_WANT_READ) return std::optional<Piece>();
    if (size < 0) return broken_frame;
    ahead_ -= static_cast<std::uint64_t>(size);
    return std::optional(Piece{.frame = frame, .payload = {frame.data, frame.data_length}});
  }
  void note_header(const wslay_frame_iocb& frame) { ahead_ -= header_size(frame); }
  /// Whether it has read more than the frames that it gave.
  bool is_ahead() const { return ahead_ > 0; }

 private:
  static ssize_t refill(std::uint8_t* into, std::size_t room, int, void* self) {
    auto& source = *static_cast<Source*>(self);
    base::View& bytes = *source.bytes_;
    const std::size_t size = std::min(room, bytes.size());
    std::copy_n(bytes.begin(), size, into);
    bytes = bytes.subspan(size);
    source.ahead_ += size;
    return size == 0 ? -1 : static_cast<ssize_t>(size);  // for wslay nothing is the same as later
  }
  static constexpr wslay_frame_callbacks callbacks{
      .send_callback = nullptr, .recv_callback = refill, .genmask_callback = nullptr};

  wslay_frame_context_ptr context_ = nullptr;
  base::View* bytes_ = nullptr;  // during next()
  std::uint64_t ahead_ = 0;      // bytes taken and not yet given
};

FrameReader::FrameReader(End sender, std::size_t message_limit) : sender_(sender), message_limit_(message_limit) {}
FrameReader::~FrameReader() = default;

base::Result<std::optional<Said>, FrameFault> FrameReader::read(base::View& bytes) {
  for (;;) {
    TRY(const std::optional<Piece> piece, next_piece(bytes));
    if (!piece) return std::optional<Said>();
    TRY(std::optional<Said> said, take(*piece));
    if (!is_in_frame_ && !source_->is_ahead()) source_.reset();
    if (said) return said;
  }
}

FrameReader::Checked<std::optional<FrameReader::Piece>> FrameReader::next_piece(base::View& bytes) {
  if (!source_) {
    if (bytes.empty()) return std::optional<Piece>();
    source_ = std::make_unique<Source>();
  }
  return source_->next(bytes);
}

FrameReader::Checked<std::optional<Said>> FrameReader::take(const Piece& piece) {
  if (!is_in_frame_) {
    TRY_VOID(begin_frame(piece));
  }
  const auto opcode = static_cast<Opcode>(piece.frame.opcode);
  base::Blob& onto = is_control(opcode) ? control_ : message_;
  onto.insert(onto.end(), piece.payload.begin(), piece.payload.end());
  frame_left_ -= piece.payload.size();
  is_in_frame_ = frame_left_ > 0;
  if (is_in_frame_) return std::optional<Said>();
  return is_control(opcode) ? end_control(opcode) : end_data(piece.frame.fin == 1);
}

/// Judges a frame by its header. wslay has seen to the lengths' form, and to the size and wholeness of control frames.
FrameReader::Checked<void> FrameReader::begin_frame(const Piece& piece) {
  const wslay_frame_iocb& frame = piece.frame;
  source_->note_header(frame);
  const bool is_masked = frame.mask == 1;
  if (is_masked != (sender_ == End::client)) return FrameFault{close_code::protocol_error, "a mask, or none"};
  if (frame.rsv != WSLAY_RSV_NONE) return FrameFault{close_code::protocol_error, "a reserved bit"};
  frame_left_ = frame.payload_length;
  switch (static_cast<Opcode>(frame.opcode)) {
    case Opcode::close:
    case Opcode::ping:
    case Opcode::pong:
      return {};
    case Opcode::text:
      return FrameFault{close_code::unacceptable, "a text message"};
    case Opcode::binary:
      if (is_in_message_) return FrameFault{close_code::protocol_error, "a message within a message"};
      break;
    case Opcode::continuation:
      if (!is_in_message_) return FrameFault{close_code::protocol_error, "a continuation of nothing"};
      break;
    default:
      return FrameFault{close_code::protocol_error, "an unknown opcode"};
  }
  if (frame.payload_length > message_limit_ - message_.size())
    return FrameFault{close_code::too_large, "a message over the limit"};
  is_in_message_ = true;
  return {};
}

FrameReader::Checked<std::optional<Said>> FrameReader::end_control(Opcode opcode) {
  base::Blob payload = std::move(control_);
  control_ = {};
  if (opcode == Opcode::ping) return std::optional<Said>(Ping{.bytes = std::move(payload)});
  if (opcode == Opcode::pong) return std::optional<Said>(Pong{});
  TRY(CloseReason reason, parse_reason(payload));
  return std::optional<Said>(Goodbye{.reason = std::move(reason)});
}

FrameReader::Checked<std::optional<Said>> FrameReader::end_data(bool is_last) {
  if (!is_last) return std::optional<Said>();
  base::Blob bytes = std::move(message_);
  message_ = {};
  is_in_message_ = false;
  return std::optional<Said>(Message{.bytes = std::move(bytes)});
}

}  // namespace sotto::net
