//! Arrays across the border: in without a copy or not at all, out by moving the buffer.
//!
//! The types here carry their own type hints, from which the stubs of the compiled module are generated.

use numpy::{
    Element, PyArray1, PyArray2, PyArrayDescrMethods, PyArrayMethods, PyReadonlyArray, PyUntypedArray,
    PyUntypedArrayMethods, dtype,
};
use pyo3::inspect::PyStaticExpr;
use pyo3::prelude::*;
use pyo3::{Borrowed, type_hint_identifier, type_hint_subscript};

use crate::errors::{InvalidType, TooLarge};

/// An element type that has a name in Python.
pub(crate) trait Scalar: Element + Copy + Send + Sync {
    /// The NumPy scalar type, for stubs.
    const HINT: PyStaticExpr;
    /// Its name, for messages.
    const NAME: &'static str;
}

macro_rules! scalar {
    ($($rust:ty => $name:literal),+ $(,)?) => {$(
        impl Scalar for $rust {
            const HINT: PyStaticExpr = type_hint_identifier!("numpy", $name);
            const NAME: &'static str = $name;
        }
    )+};
}

scalar!(f32 => "float32", f64 => "float64", i64 => "int64", u64 => "uint64", u32 => "uint32", i32 => "int32",
        u16 => "uint16", u8 => "uint8", i8 => "int8", bool => "bool_");

const fn ndarray_of(scalar: &'static PyStaticExpr) -> PyStaticExpr {
    PyStaticExpr::Subscript {
        value: &const { type_hint_identifier!("numpy.typing", "NDArray") },
        slice: scalar,
    }
}

/// Any NumPy array, as an argument: its type and layout are checked when it is read, with its name in the message.
pub(crate) struct ArrayArg<'py>(Bound<'py, PyUntypedArray>);

impl<'a, 'py> FromPyObject<'a, 'py> for ArrayArg<'py> {
    type Error = PyErr;
    const INPUT_TYPE: PyStaticExpr = type_hint_subscript!(
        type_hint_identifier!("numpy.typing", "NDArray"),
        type_hint_identifier!("typing", "Any")
    );

    fn extract(object: Borrowed<'a, 'py, PyAny>) -> PyResult<Self> {
        match object.cast::<PyUntypedArray>() {
            Ok(array) => Ok(Self(array.to_owned())),
            Err(_) => Err(InvalidType::new_err(format!(
                "expected a numpy.ndarray, got {}",
                object.get_type().name()?
            ))),
        }
    }
}

/// A borrowed array, C-contiguous and aligned: `as_slice` on it cannot fail.
pub(crate) type Borrow<'py, T, D> = PyReadonlyArray<'py, T, D>;

impl<'py> ArrayArg<'py> {
    /// Whether the elements are exactly `T` (native byte order).
    pub(crate) fn holds<T: Scalar>(&self) -> bool {
        self.0.dtype().is_equiv_to(&dtype::<T>(self.0.py()))
    }

    /// The shape.
    pub(crate) fn shape(&self) -> &[usize] {
        self.0.shape()
    }

    /// The `T`s of a 1-D array, in place.
    pub(crate) fn vector<T: Scalar>(&self, name: &str) -> PyResult<Borrow<'py, T, numpy::Ix1>> {
        self.borrow::<T, numpy::Ix1>(name, 1)
    }

    /// The `T`s of a 2-D array, in place.
    pub(crate) fn matrix<T: Scalar>(&self, name: &str) -> PyResult<Borrow<'py, T, numpy::Ix2>> {
        self.borrow::<T, numpy::Ix2>(name, 2)
    }

    /// The `T`s of a 2-D array, to be written in place.
    pub(crate) fn matrix_mut<T: Scalar>(&self, name: &str) -> PyResult<numpy::PyReadwriteArray2<'py, T>> {
        let wrong = |what: &str| {
            InvalidType::new_err(format!(
                "{name} must be a writeable 2-D C-contiguous, aligned array of {}, got {what}",
                T::NAME
            ))
        };
        let array = self.0.cast::<PyArray2<T>>().map_err(|_| wrong("another type"))?;
        let mut borrow = array
            .try_readwrite()
            .map_err(|_| wrong("one that cannot be written to"))?;
        if borrow.as_slice_mut().is_err() {
            return Err(wrong("a strided view or unaligned memory"));
        }
        Ok(borrow)
    }

    /// The `T`s of a 2-D array, for as long as the result lives.
    pub(crate) fn lent<T: Scalar>(&self, name: &str) -> PyResult<Lent<T>> {
        let borrowed = self.matrix::<T>(name)?;
        let values = borrowed.as_slice()?;
        Ok(Lent {
            start: values.as_ptr(),
            length: values.len(),
            _array: self.0.clone().unbind(),
        })
    }

    fn borrow<T: Scalar, D: numpy::ndarray::Dimension>(&self, name: &str, ndim: usize) -> PyResult<Borrow<'py, T, D>> {
        let wrong = |what: String| {
            InvalidType::new_err(format!(
                "{name} must be a {ndim}-D C-contiguous, aligned array of {}, got {what}",
                T::NAME
            ))
        };
        if self.0.ndim() != ndim {
            return Err(wrong(format!("{} dimensions", self.0.ndim())));
        }
        if !self.holds::<T>() {
            return Err(wrong(format!("dtype {}", self.0.dtype())));
        }
        let array = self
            .0
            .cast::<numpy::PyArray<T, D>>()
            .map_err(|_| wrong("another type".to_owned()))?;
        if !array.is_c_contiguous() {
            return Err(wrong("a strided view".to_owned()));
        }
        let borrow = array
            .try_readonly()
            .map_err(|_| wrong("an array that a running kernel writes to".to_owned()))?;
        if borrow.as_slice().is_err() {
            return Err(wrong("unaligned memory".to_owned()));
        }
        Ok(borrow)
    }
}

/// The elements of a C-contiguous array, kept alive with it: for objects that read it in later calls, without the GIL.
///
/// Nothing keeps Python from writing to the array meanwhile, so that whoever reads must be ready for any numbers at any time.
pub(crate) struct Lent<T> {
    start: *const T,
    length: usize,
    _array: Py<PyUntypedArray>,
}

// SAFETY: the elements are plain numbers that this type only reads, and the array may be released from any thread.
unsafe impl<T: Scalar> Send for Lent<T> {}
// SAFETY: as above.
unsafe impl<T: Scalar> Sync for Lent<T> {}

impl<T: Scalar> AsRef<[T]> for Lent<T> {
    fn as_ref(&self) -> &[T] {
        // SAFETY: the buffer was C-contiguous, aligned and so long when it was lent, and belongs to the array, which this object keeps.
        unsafe { std::slice::from_raw_parts(self.start, self.length) }
    }
}

/// A 1-D result, whose buffer moves into the NumPy array.
pub(crate) struct Vector<T>(pub(crate) Vec<T>);

impl<'py, T: Scalar> IntoPyObject<'py> for Vector<T> {
    type Target = PyArray1<T>;
    type Output = Bound<'py, Self::Target>;
    type Error = PyErr;
    const OUTPUT_TYPE: PyStaticExpr = ndarray_of(&T::HINT);

    fn into_pyobject(self, py: Python<'py>) -> PyResult<Self::Output> {
        Ok(PyArray1::from_vec(py, self.0))
    }
}

/// A row-major 2-D result, whose buffer moves into the NumPy array.
pub(crate) struct Matrix<T> {
    pub(crate) values: Vec<T>,
    pub(crate) shape: [usize; 2],
}

impl<'py, T: Scalar> IntoPyObject<'py> for Matrix<T> {
    type Target = PyArray2<T>;
    type Output = Bound<'py, Self::Target>;
    type Error = PyErr;
    const OUTPUT_TYPE: PyStaticExpr = ndarray_of(&T::HINT);

    fn into_pyobject(self, py: Python<'py>) -> PyResult<Self::Output> {
        PyArray1::from_vec(py, self.values)
            .reshape(self.shape)
            .map_err(|_| TooLarge::new_err("the result's shape does not fit its buffer"))
    }
}

/// A NumPy array that a result object keeps: handed out again and again, never copied.
pub(crate) struct Kept<T>(Py<PyArray1<T>>);

impl<T: Scalar> Kept<T> {
    pub(crate) fn new(py: Python<'_>, values: Vec<T>) -> Self {
        Self(PyArray1::from_vec(py, values).unbind())
    }
}

impl<'py, T: Scalar> IntoPyObject<'py> for &Kept<T> {
    type Target = PyArray1<T>;
    type Output = Bound<'py, Self::Target>;
    type Error = PyErr;
    const OUTPUT_TYPE: PyStaticExpr = ndarray_of(&T::HINT);

    fn into_pyobject(self, py: Python<'py>) -> PyResult<Self::Output> {
        Ok(self.0.bind(py).clone())
    }
}
