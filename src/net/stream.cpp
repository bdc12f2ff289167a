#include "net/stream.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace sotto::net {
namespace {

constexpr auto as_tuple = asio::as_tuple(asio::use_awaitable);

asio::awaitable<std::tuple<boost::system::error_code, std::size_t>> read_once(Stream& stream,
                                                                              std::span<std::uint8_t> into) {
  co_return co_await asio::async_initiate<decltype(as_tuple), void(boost::system::error_code, std::size_t)>(
      [&stream, into](auto handler) { stream.read_some(into, Stream::Done(std::move(handler))); }, as_tuple);
}

asio::awaitable<std::tuple<boost::system::error_code, std::size_t>> append_once(Stream& stream, base::Blob& onto,
                                                                                std::size_t at_most) {
  co_return co_await asio::async_initiate<decltype(as_tuple), void(boost::system::error_code, std::size_t)>(
      [&stream, &onto, at_most](auto handler) { stream.read_onto(onto, at_most, Stream::Done(std::move(handler))); },
      as_tuple);
}

asio::awaitable<std::tuple<boost::system::error_code, std::size_t>> write_once(Stream& stream, base::View from) {
  co_return co_await asio::async_initiate<decltype(as_tuple), void(boost::system::error_code, std::size_t)>(
      [&stream, from](auto handler) { stream.write_some(from, Stream::Done(std::move(handler))); }, as_tuple);
}

}  // namespace

asio::awaitable<Result<std::size_t>> read_some(Stream& stream, std::span<std::uint8_t> into) {
  const auto [failure, size] = co_await read_once(stream, into);
  if (failure == asio::error::eof) co_return std::size_t{0};
  if (failure) co_return from_code(failure);
  co_return size;
}

void Stream::read_onto(base::Blob& onto, std::size_t at_most, Done done) {
  const std::size_t before = onto.size();
  onto.resize(before + at_most);
  read_some(std::span(onto).subspan(before),
            Done([&onto, before, done = std::move(done)](boost::system::error_code failure, std::size_t size) mutable {
              onto.resize(before + (failure ? 0 : size));
              onto.shrink_to_fit();
              done(failure, size);
            }));
}

asio::awaitable<Result<std::size_t>> read_onto(Stream& stream, base::Blob& onto, std::size_t at_most) {
  const auto [failure, size] = co_await append_once(stream, onto, at_most);
  if (failure == asio::error::eof) co_return std::size_t{0};
  if (failure) co_return from_code(failure);
  co_return size;
}

asio::awaitable<Result<void>> write_all(Stream& stream, base::View bytes) {
  while (!bytes.empty()) {
    const auto [failure, size] = co_await write_once(stream, bytes);
    if (failure) co_return from_code(failure);
    bytes = bytes.subspan(size);
  }
  co_return Result<void>();
}

}  // namespace sotto::net
