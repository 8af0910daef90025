//! For tests: arrays that end, or begin, where memory ends. A kernel that reads or writes one byte too far dies of it.
#![cfg(unix)]
#![allow(unsafe_code)]

/// Some pages between two that nobody may touch.
pub struct Guarded {
    start: *mut libc::c_void,
    pages: usize,
}

const PAGE: usize = 1 << 12;

/// What is nothing but its bits, so that pages of zeros hold values of it: the numbers that kernels take.
///
/// # Safety
/// A type that every pattern of bits is a value of, and that a multiple of its size aligns.
pub unsafe trait Bits: Copy {}

macro_rules! bits {
    ($($t:ty),+) => {$(
        // SAFETY: a number; sizes are powers of two.
        unsafe impl Bits for $t {}
    )+};
}

bits!(u8, u16, u32, u64, i8, i16, i32, i64, usize, f32, f64);

impl Guarded {
    /// Room for so many bytes.
    pub fn new(bytes: usize) -> Self {
        let pages = bytes.div_ceil(PAGE) + 2;
        // SAFETY: a new private mapping, of which the pages between the first and the last are then made accessible.
        unsafe {
            let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS;
            let start = libc::mmap(std::ptr::null_mut(), pages * PAGE, libc::PROT_NONE, flags, -1, 0);
            assert_ne!(start, libc::MAP_FAILED);
            if pages > 2 {
                let inner = start.cast::<u8>().add(PAGE).cast();
                let access = libc::PROT_READ | libc::PROT_WRITE;
                assert_eq!(libc::mprotect(inner, (pages - 2) * PAGE, access), 0);
            }
            Self { start, pages }
        }
    }

    /// `n` values at the very end of the pages, or at their very beginning.
    ///
    /// # Panics
    /// If there is no room for them.
    pub fn values<T: Bits>(&mut self, n: usize, at_end: bool) -> &mut [T] {
        let bytes = (self.pages - 2) * PAGE;
        assert!(n * size_of::<T>() <= bytes);
        let offset = if at_end { bytes - n * size_of::<T>() } else { 0 };
        // SAFETY: `n` values lie within the accessible pages, zeros at first, aligned because pages and their ends are.
        unsafe {
            let first = self.start.cast::<u8>().add(PAGE + offset).cast::<T>();
            std::slice::from_raw_parts_mut(first, n)
        }
    }

    /// A copy of `values` at one of the two ends.
    ///
    /// # Panics
    /// If there is no room for it.
    pub fn copy<T: Bits>(&mut self, values: &[T], at_end: bool) -> &mut [T] {
        let place = self.values(values.len(), at_end);
        place.copy_from_slice(values);
        place
    }
}

impl Drop for Guarded {
    fn drop(&mut self) {
        // SAFETY: the mapping made by `new`.
        unsafe { libc::munmap(self.start, self.pages * PAGE) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_touch_the_end_or_the_beginning() {
        let mut pages = Guarded::new(5000);
        let end = pages.copy(&[1.0, 2.0, 3.0_f64], true).as_ptr_range().end as usize;
        assert_eq!(end % PAGE, 0);
        assert_eq!(pages.values::<f64>(3, true), [1.0, 2.0, 3.0]);
        assert_eq!(pages.values::<u16>(3, false).as_ptr() as usize % PAGE, 0);
        assert!(Guarded::new(0).values::<u8>(0, true).is_empty());
    }

    /// In a child, which the operating system ends.
    #[test]
    fn one_number_too_far_is_the_end() {
        for (at_end, offset) in [(true, 1_isize), (false, -1)] {
            let mut pages = Guarded::new(64);
            let values = pages.values::<u32>(1, at_end);
            // SAFETY: the child only reads, and ends without running anything of the parent's.
            let status = unsafe {
                let child = libc::fork();
                if child == 0 {
                    libc::signal(libc::SIGSEGV, libc::SIG_DFL);
                    std::ptr::read_volatile(values.as_ptr().offset(offset));
                    libc::_exit(0);
                }
                let mut status = 0;
                libc::waitpid(child, &raw mut status, 0);
                status
            };
            assert!(libc::WIFSIGNALED(status), "reading beyond the pages was no error");
        }
    }
}
