#pragma once
#include <boost/asio/any_io_executor.hpp>
#include <boost/system/error_code.hpp>
#include <cstddef>
#include <span>

#include "base/bytes.hpp"
#include "net/awaitable.hpp"
#include "net/error.hpp"
#include "net/handler.hpp"

namespace sotto::net {

/// Two directions of bytes, encrypted and authenticated unless it is a pipe in memory. One read and one write may be
/// under way at a time; the bytes handed in must live until the call has ended. Everything happens on executor()'s one
/// thread.
class Stream {
 public:
  using Done = Handler<boost::system::error_code, std::size_t>;

  virtual ~Stream() = default;  // cuts
  virtual asio::any_io_executor executor() = 0;

  /// Ends with at least one byte, or an error; asio::error::eof is the remote end's orderly end. Never calls `done`
  /// from within.
  virtual void read_some(std::span<std::uint8_t> into, Done done) = 0;
  virtual void write_some(base::View from, Done done) = 0;
  /// Reads onto the end of `onto`, at most `at_most` bytes. Who waits for nothing holds no room for it: an idle
  /// connection keeps no buffer. `onto` must live until the call has ended.
  virtual void read_onto(base::Blob& onto, std::size_t at_most, Done done);

  /// Says that nothing more will be sent, as far as that can be said without waiting.
  virtual void finish() = 0;
  /// Ends both directions at once; what is under way ends with an error.
  virtual void cut() = 0;
};

/// returns  how many bytes came, 0 at the remote end's orderly end
/// errors   closed
asio::awaitable<Result<std::size_t>> read_some(Stream& stream, std::span<std::uint8_t> into);
/// The same, by Stream::read_onto.
asio::awaitable<Result<std::size_t>> read_onto(Stream& stream, base::Blob& onto, std::size_t at_most);
/// errors   closed
asio::awaitable<Result<void>> write_all(Stream& stream, base::View bytes);

}  // namespace sotto::net
