#pragma once
#include "net/websocket.hpp"
#include "net/websocket/frame.hpp"

namespace sotto::net {

/// A whole message in one frame, as `sender` sends it. Its mask, if it has one, is fresh randomness.
base::Blob write_frame(End sender, Opcode opcode, base::View payload);

/// A goodbye. Nothing is said where the code is none_given. The text is at most 123 bytes of UTF-8.
base::Blob write_close_frame(End sender, const CloseReason& reason);

}  // namespace sotto::net
