//! Fresh memory in large pages.
#![allow(unsafe_code)]

/// Ask for the capacity of a vector that nobody has written to in large pages: the first touch of every small one costs as much as what goes there.
///
/// Short vectors are left alone, and so is every one where the operating system takes no such advice.
pub fn huge_pages<T>(buffer: &mut Vec<T>) {
    #[cfg(target_os = "linux")]
    {
        const PAGE: usize = 1 << 21;
        let start: *mut u8 = buffer.as_mut_ptr().cast();
        let bytes = buffer.capacity() * size_of::<T>();
        let skip = start.align_offset(PAGE);
        if bytes > skip.saturating_add(PAGE) {
            // SAFETY: the range lies within an allocation that `buffer` owns, and advice does not change its contents.
            unsafe {
                libc::madvise(
                    start.add(skip).cast(),
                    (bytes - skip) / PAGE * PAGE,
                    libc::MADV_HUGEPAGE,
                );
            }
        }
    }
    #[cfg(not(target_os = "linux"))]
    let _ = buffer;
}
