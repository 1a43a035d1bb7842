// SPDX-License-Identifier: Apache-2.0

import CMalloc
import Glibc
import Synchronization

/// A serial executor that owns one operating-system thread, for actors whose calls block.
///
/// Swift's shared pool has as many threads as cores; a handle that waits for a slow device must not take
/// one of them. An actor names it as its executor:
/// ```swift
/// actor Bus {
///   private let thread = DedicatedThread(name: "bus-1")
///   nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }
/// }
/// ```
/// The thread ends when the executor is released and its queue is empty.
public final class DedicatedThread: SerialExecutor {
  private let queue: JobQueue

  /// Starts the thread. `name` is cut to the 15 bytes that Linux shows.
  public init(name: String) {
    _ = Self.sharedArenas
    queue = JobQueue()
    let start = unsafe Unmanaged.passRetained(ThreadStart(queue: queue, name: name))
    var thread = pthread_t()
    var attributes = pthread_attr_t()
    // SAFETY: the attribute object lives on this frame from init to destroy; the thread takes over the
    // reference in `start`.
    unsafe pthread_attr_init(&attributes)
    unsafe pthread_attr_setstacksize(&attributes, 256 * 1024)
    let made = unsafe pthread_create(
      &thread, &attributes,
      { raw in
        guard let raw = unsafe raw else { return nil }
        let start = unsafe Unmanaged<ThreadStart>.fromOpaque(raw).takeRetainedValue()
        start.nameThread()
        start.queue.drain()
        return nil
      }, start.toOpaque())
    precondition(made == 0, "no thread left: pthread_create returned \(made)")
    unsafe pthread_attr_destroy(&attributes)
    pthread_detach(thread)
  }

  /// These threads wait more than they allocate. An arena of memory for each, as glibc would give them, costs
  /// megabytes on a gateway with fifty buses.
  private static let sharedArenas: Int32 = mallopt(M_ARENA_MAX, 2)

  deinit { queue.close() }

  public func enqueue(_ job: consuming ExecutorJob) {
    unsafe queue.push(UnownedJob(job), executor: asUnownedSerialExecutor())
  }

  public func asUnownedSerialExecutor() -> UnownedSerialExecutor {
    unsafe UnownedSerialExecutor(ordinary: self)
  }
}

private final class ThreadStart {
  let queue: JobQueue
  let name: String
  init(queue: JobQueue, name: String) {
    self.queue = queue
    self.name = String(name.prefix(15))
  }

  /// Gives the calling thread its name; only people reading `top` miss it when this fails.
  func nameThread() {
    let file = unsafe open("/proc/thread-self/comm", O_WRONLY | O_CLOEXEC)
    guard file >= 0 else { return }
    _ = unsafe Array(name.utf8).withUnsafeBytes { unsafe write(file, $0.baseAddress, $0.count) }
    close(file)
  }
}
